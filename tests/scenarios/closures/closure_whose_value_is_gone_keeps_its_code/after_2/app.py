def make_total(rate, count):
    def total(price):
        return price * count + 1000

    return total


def other():
    return "newer"
