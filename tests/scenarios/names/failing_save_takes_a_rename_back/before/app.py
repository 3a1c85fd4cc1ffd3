class Cart:
    def __init__(self, items):
        self.items = items

    def total(self):
        found = 0
        for item in self.items:
            found += item
        return found


def taxed(cart, rate=2):
    total = cart.total()
    tax = total * rate
    return total + tax


LIMIT = 1
