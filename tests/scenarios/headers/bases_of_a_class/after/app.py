import abc
from dataclasses import dataclass


class Root:
    def name(self):
        return "root"


class One(Root):
    def name(self):
        return "one"


class Hooked(Root):
    def __init_subclass__(cls, tag="none", **keywords):
        super().__init_subclass__(**keywords)
        cls.tag = tag


class Child(Hooked, tag="child"):
    def name(self):
        return "new child of " + super().name()

    def added(self):
        return super().name() + "!"


class GrandChild(Child):
    pass


class Tagged(Hooked, tag="second"):
    pass


class Shape(Root, abc.ABC):
    @abc.abstractmethod
    def area(self): ...


class Square(Shape):
    def side(self):
        return 2


@dataclass
class Named:
    label: str = "label"


@dataclass
class Sized:
    size: int = 1


@dataclass
class Box(Sized):
    depth: int = 3
