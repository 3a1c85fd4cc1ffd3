from abc import ABC, abstractmethod
from typing import Generic, TypeVar

T = TypeVar("T")


class Field(ABC):
    def check(self):
        return "field"

    @abstractmethod
    def read(self):
        """What it holds."""


class Text(Field):
    def read(self):
        return "text"


class Number(Field, Generic[T]):
    def check(self):
        return "number"

    def read(self) -> T:
        return 1


class Whole(Number[int]):
    pass


kept = [Text(), Number(), Whole()]
kinds = [Field, Text, Number, Whole]
