import makers
from makers import checked


@makers.maker
class Point:
    x: int
    weight: float
    z: int = checked(8)
    color: str = "red"

    def where(self):
        return self.x, getattr(self, "weight", None), self.color

    def kind(self):
        return __class__.__name__


@makers.maker
class Named(Point):
    name: str = "?"


points = [Point(1), Point(2, 3)]
named = Named(4, 5, "n")
