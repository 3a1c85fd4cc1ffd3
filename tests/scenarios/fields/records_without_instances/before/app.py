import typing


class Pair(typing.NamedTuple):
    left: int
    right: int = 2

    def total(self):
        return self.left + self.right


class Options(typing.TypedDict, total=False):
    name: str
    old: int


class Small:
    __slots__ = ("a", "b")
