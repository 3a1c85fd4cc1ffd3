import typing


class Pair(typing.NamedTuple):
    left: int
    right: int = 2
    middle: int = 3
