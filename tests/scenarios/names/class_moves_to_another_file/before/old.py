RATE = 10


def taxed(price):
    rate = RATE
    tax = price * rate
    return price + tax


class Cart:
    def __init__(self, items):
        self.items = items

    def total(self):
        found = RATE
        for item in self.items:
            found += item
        return found


def plain():
    return RATE
