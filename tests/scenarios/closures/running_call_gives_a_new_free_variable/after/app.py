def work(rate, bonus, wait):
    def inner(number):
        return number * rate + bonus

    (lambda: bonus)()
    wait(inner)


def around(rate, wait):
    bonus = rate + 1

    def middle():
        def inner(number):
            return number * rate + bonus

        wait(inner)

    (lambda: bonus)()
    middle()
