def outer(rate, bonus):
    def show():
        return bonus, rate

    yield show

    def inner(number):
        return number * rate + bonus * 100

    yield inner
