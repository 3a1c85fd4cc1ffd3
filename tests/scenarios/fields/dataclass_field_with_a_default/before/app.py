import dataclasses


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2

    def total(self):
        return self.x + self.y
