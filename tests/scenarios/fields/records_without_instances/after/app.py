import typing


class Pair(typing.NamedTuple):
    middle: str
    left: int = 7
    right: int = 3

    def total(self):
        return self.left + self.right + 100


class Options(typing.TypedDict, total=False):
    name: str
    new: typing.List[int]


class Small:
    __slots__ = ["b", "a"]
