from dataclasses import dataclass

from base import LIMIT, Number

total: Number = 0
later: Number
word: "Number" = 1
both: Number = LIMIT * 2


class Box:
    size: Number = 1
    name: str = "box"

    class Inside:
        deep: Number


@dataclass
class Point:
    x: int = 0
