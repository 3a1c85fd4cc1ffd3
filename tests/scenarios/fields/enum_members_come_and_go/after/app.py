import enum


class Color(enum.Enum):
    CYAN = 7
    RED = 1
    GREEN = 20
    LIME = 20
    BLUE = 3

    def tell(self):
        return f"{self.name} has {self.value}"

    def shout(self):
        return self.name + "!"


class Step(enum.Enum):
    FIRST = enum.auto()
    SECOND = enum.auto()
    LAST = enum.auto()


class Planet(enum.Enum):
    MARS = (0.7, 3.3)
    EARTH = (5.9, 6.3)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
