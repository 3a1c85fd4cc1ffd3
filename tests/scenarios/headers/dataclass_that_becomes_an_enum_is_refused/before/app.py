import dataclasses
import enum


@dataclasses.dataclass(frozen=True)
class Colour:
    red: int = 1
