class Point:
    def __init__(self, x):
        self.x = x

    def moved(self):
        self.late = True
        return self.x


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1


class Unchanged:
    shade = "grey"

    def __init__(self):
        self.name = "name"
