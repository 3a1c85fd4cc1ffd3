import dataclasses


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
    z: int = 3

    def total(self):
        return self.x + self.y
