import dataclasses
import enum
import typing

WHERE = "old"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2

    def moved(self, by):
        return Point(self.x + by, self.y + by), WHERE


class Color(enum.Enum):
    RED = 1
    BLUE = 2

    def told(self):
        return self.name, WHERE


class Pair(typing.NamedTuple):
    one: int
    two: int = 2

    def told(self):
        return self.one, self.two, WHERE


class Missing(Exception):
    pass


class Settings(typing.TypedDict):
    missing: "Missing"
    count: int
