import functools
from dataclasses import dataclass, field


def tagged(tag):
    def decorate(cls):
        cls.tag = tag
        cls.describe = lambda self: f"{cls.__name__} with {tag}"
        return cls

    return decorate


@tagged("second")
class Tagged:
    def method(self):
        return "method"


class Plain:
    def method(self):
        return "plain"


class Untagged:
    pass


@tagged("steady")
class Steady:
    pass


class Ordered:
    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return self.value == other.value

    def __lt__(self, other):
        return self.value < other.value


@functools.total_ordering
class Unordered(Ordered):
    pass


@dataclass(frozen=True, order=True)
class Point:
    x: int
    y: int = 2
    tags: list = field(default_factory=list)


@dataclass(order=True)
class Later:
    x: int = 1
    tags: list = field(default_factory=list)


class Former:
    x: int = 1
