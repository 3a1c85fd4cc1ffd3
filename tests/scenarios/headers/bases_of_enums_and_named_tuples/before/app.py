import enum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Shown:
    def show(self):
        return f"<{self.name} {self.value}>"


class Color(enum.Enum):
    RED = 1
    BLUE = 2

    def tell(self):
        return self.name.lower()


class Size(enum.Enum):
    SMALL = 1


class Pair(NamedTuple):
    first: int
    second: int = 0

    def total(self):
        return self.first + self.second


pair = Pair(1, 2)
