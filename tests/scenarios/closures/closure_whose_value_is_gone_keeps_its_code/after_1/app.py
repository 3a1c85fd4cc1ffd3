def make_total(rate, count):
    def total(price):
        return price * count * rate

    return total


def other():
    return "new"
