import makers
from makers import checked


@makers.maker
class Point:
    x: int
    y: int = 0
    z: int = checked(7)
    unit = "mm"

    def where(self):
        return self.x, self.y, self.z

    def kind(self):
        return __class__.__name__

    def again(self):
        return __class__


@makers.maker
class Named(Point):
    name: str = "?"


points = [Point(1), Point(2, 3)]
named = Named(4, 5, "n")
