from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int = 5

    def size(self):
        return self.x + self.y
