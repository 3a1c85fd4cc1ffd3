import dataclasses
import typing


class Point(typing.NamedTuple):
    x: int
    y: int = 5
