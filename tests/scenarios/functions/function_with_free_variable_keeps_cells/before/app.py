def outer(rate):
    base = 10

    def inner(number):
        return base + number * rate

    return inner
