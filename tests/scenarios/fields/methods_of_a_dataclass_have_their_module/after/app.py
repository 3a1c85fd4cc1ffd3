from dataclasses import dataclass


@dataclass(order=True)
class Point:
    x: int
    y: int = 0

    def size(self):
        return self.x


@dataclass(frozen=True)
class Fixed:
    x: int
    y: int = 0


@dataclass(order=True)
class Plain:
    x: int
    y: int = 0


class Around:
    @dataclass
    class Inner:
        x: int
        y: int = 0


@dataclass
class Below(Point):
    z: int = 1


# As a package does for what it exports.
for one in (Point, Fixed, Plain, Around.Inner, Below):
    one.__module__ = "public"
