class Basket:
    def __init__(self, items):
        self.items = items

    def sum_of(self):
        found = 0
        for item in self.items:
            found += item
        return found


def with_tax(cart, rate=2):
    total = cart.sum_of()
    tax = total * rate
    return total + tax


LIMIT = missing(2)
