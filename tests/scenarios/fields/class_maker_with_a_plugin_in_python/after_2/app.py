import makers
from makers import checked


@makers.maker
class Point:
    x: int
    y: int = 10
    z: int = checked(-1)
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


@makers.remembers
def price(x):
    return x * 2


points = [Point(1), Point(2, 3)]
named = Named(4, 5, "n")
