import enum


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    ROSE = 1
    BLUE = 3

    def tell(self):
        return f"{self.name} is {self.value}"


class Step(enum.Enum):
    FIRST = enum.auto()
    LAST = enum.auto()


class Planet(enum.Enum):
    EARTH = (5.9, 6.3)
    MARS = (0.6, 3.3)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius


class Level(enum.IntEnum):
    LOW = 1
