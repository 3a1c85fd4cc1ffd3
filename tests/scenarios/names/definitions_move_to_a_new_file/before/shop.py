import dataclasses

WHERE = "shop"
carts = []


class Cart:
    made = []

    def __init__(self, items):
        self.items = items
        self.made.append(self)

    def total(self):
        found = len(WHERE)
        for item in self.items:
            found += item
        return found

    class Item:
        def where(self):
            return WHERE


class Big(Cart):
    def total(self):
        return super().total() * 10


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2

    def where(self):
        return WHERE, self.x


def taxed(price, seen=[]):
    seen.append(price)
    tax = price * len(WHERE)
    return price + tax, len(seen)


def numbers(count):
    for number in range(count):
        yield number, WHERE
