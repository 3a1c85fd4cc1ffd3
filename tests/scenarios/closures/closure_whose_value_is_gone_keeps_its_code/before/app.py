def make_total(rate, count):
    def total(price):
        return price * count

    return total


def other():
    return "old"
