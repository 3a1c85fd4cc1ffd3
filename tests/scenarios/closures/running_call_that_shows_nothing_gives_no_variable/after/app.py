def plain(rate, bonus):
    def inner(number):
        return number * rate + bonus

    yield inner


def alone(rate):
    def inner(number):
        return number * rate

    (lambda: rate)()
    yield inner
