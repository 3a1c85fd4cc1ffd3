from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int = 0
    z: int = 5


kept = Point(1)
