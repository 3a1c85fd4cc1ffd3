class Shape:
    def name(self):
        return "shape without an import"

    def sides(self):
        return None

    def area(self):
        return None


try:
    from shapes import Shape
except ImportError:
    pass
