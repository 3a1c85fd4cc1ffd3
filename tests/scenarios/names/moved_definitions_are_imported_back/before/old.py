class Shape:
    kinds = []

    def __init_subclass__(cls):
        Shape.kinds.append(cls.__name__)

    def name(self):
        return "old", type(self).__name__, __name__


class Square(Shape):
    def name(self):
        return "square", super().name()


def area(side):
    squared = side * side
    found = __name__
    return squared, found
