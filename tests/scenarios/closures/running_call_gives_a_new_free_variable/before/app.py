def work(rate, bonus, wait):
    def inner(number):
        return number * rate

    (lambda: bonus)()
    wait(inner)


def around(rate, wait):
    bonus = rate + 1

    def middle():
        def inner(number):
            return number * rate

        wait(inner)

    (lambda: bonus)()
    middle()
