def outer(rate, bonus):
    def show():
        return rate, bonus

    def inner(number):
        return number * rate

    return show, inner
