from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypedDict


class Plain:
    def size(self):
        return "a plain class"


@dataclass
class Record:
    size: int = 1


class Color(Enum):
    RED = 1


class Pair(NamedTuple):
    size: int


class FirstKeys(TypedDict):
    size: int


class SecondKeys(TypedDict):
    size: int


class ThirdKeys(TypedDict):
    size: int


class FourthKeys(TypedDict):
    size: int
