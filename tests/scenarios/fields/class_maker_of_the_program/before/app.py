import makers
from makers import checked


@makers.maker
class Point:
    x: int
    y: int = 0

    def where(self):
        return self.x, self.y

    def kind(self):
        return __class__.__name__


@makers.maker
class Named(Point):
    name: str = "?"


points = [Point(1), Point(2, 3)]
named = Named(4, 5, "n")
