import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: int = 5
