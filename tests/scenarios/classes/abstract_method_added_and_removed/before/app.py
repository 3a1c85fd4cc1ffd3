import abc


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    @property
    @abc.abstractmethod
    def name(self): ...


class Round(Shape):
    def area(self):
        return 3

    name = "round"


class Disc(Round):
    pass


class Tube(Disc):
    def length(self):
        return 9
