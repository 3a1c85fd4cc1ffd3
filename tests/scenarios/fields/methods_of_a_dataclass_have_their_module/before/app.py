from dataclasses import dataclass


@dataclass(order=True)
class Point:
    x: int

    def size(self):
        return self.x


@dataclass(frozen=True)
class Fixed:
    x: int


class Plain:
    x: int


class Around:
    @dataclass
    class Inner:
        x: int


@dataclass
class Below(Point):
    z: int = 1


# As a package does for what it exports.
for one in (Point, Fixed, Plain, Around.Inner, Below):
    one.__module__ = "public"
