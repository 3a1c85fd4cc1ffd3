RATE = 10


def taxed(price):
    rate = RATE
    tax = price * rate
    return price + tax


class Cart:
    made = []

    def __init__(self, items):
        self.items = items
        self.made.append(len(items))

    def total(self):
        found = RATE
        for item in self.items:
            found += item
        return found

    @property
    def rate(self):
        return RATE

    @classmethod
    def of(cls, *items):
        return super().__new__(cls).filled(items)

    def filled(self, items):
        self.items = items
        return self

    class Item:
        def rate(self):
            return RATE


def plain():
    return RATE
