class Point:
    def __init__(self, x):
        self.x = x
        self.y = 0
        self.late = False

    def moved(self):
        self.late = True
        return self.x


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1
        self.b = 2


class Unchanged:
    shade = "grey"

    def __init__(self):
        self.name = "other name"
        self.shade = "red"
