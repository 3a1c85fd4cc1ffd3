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


class Child(One):
    def name(self):
        return "child of " + super().name()


class GrandChild(Child):
    pass


class Tagged(Hooked, tag="first"):
    pass


class Shape(Root, abc.ABC):
    @abc.abstractmethod
    def area(self): ...


class Square(Root):
    def side(self):
        return 2


@dataclass
class Named:
    label: str = "label"


@dataclass
class Sized:
    size: int = 1


@dataclass
class Box(Named):
    depth: int = 3
