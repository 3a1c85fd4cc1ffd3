import enum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Shown:
    def show(self):
        return f"<{self.name} {self.value}>"


class Color(Shown, enum.Enum):
    RED = 1
    BLUE = 3
    GREEN = 4

    def tell(self):
        return self.name.lower() + "!"


class Size(enum.IntEnum):
    SMALL = 1


class Pair(NamedTuple, Generic[T]):
    first: int
    second: int = 0

    def total(self):
        return self.first + self.second + 1


pair = Pair(1, 2)
