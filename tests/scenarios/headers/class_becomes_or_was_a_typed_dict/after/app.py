from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypedDict


class Plain(TypedDict):
    size: int


class Record(TypedDict):
    size: int


class Color(TypedDict):
    RED: int


class Pair(TypedDict):
    size: int


class FirstKeys:
    def size(self):
        return "a plain class"


@dataclass
class SecondKeys:
    size: int = 1


class ThirdKeys(Enum):
    size = 1


class FourthKeys(NamedTuple):
    size: int
