for _ in range(1):
    def early():
        return "early"


for _ in range(1):
    short = lambda a, b=8: (a, b, 8)

    class Class:
        def work(self):
            return "work 1"


def moved(number):
    first = number + 1
    second = first + 2
    return first + second
