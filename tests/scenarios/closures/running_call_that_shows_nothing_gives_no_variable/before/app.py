def plain(rate, bonus):
    def inner(number):
        return number * rate

    yield inner


def alone(rate):
    def inner(number):
        return number * 2

    (lambda: rate)()
    yield inner
