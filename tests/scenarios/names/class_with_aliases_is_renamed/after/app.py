import typing


class Amount:
    def __init__(self, amount):
        self.amount = amount
        self.currency = "euro"

    def __add__(self, other):
        total = self.amount + other.amount
        return type(self)(total)

    __radd__ = __add__


class Location(typing.NamedTuple):
    name: str
    latitude: float = 0.0
    longitude: float = 0.0

    def shown(self):
        rounded = round(self.latitude), round(self.longitude)
        return self.name, rounded
