import abc


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    @abc.abstractmethod
    def length(self): ...

    @classmethod
    @abc.abstractmethod
    def make(cls): ...


class Round(Shape):
    name = "round"


class Disc(Round):
    @classmethod
    def make(cls):
        return cls

    def area(self):
        return 4


class Tube(Disc):
    def length(self):
        return 9
