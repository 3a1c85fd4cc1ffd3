from functools import singledispatch
from typing import overload


@overload
def scale(value: int) -> int: ...


@overload
def scale(value: str) -> str: ...


def scale(value):
    return value * 3


@singledispatch
def show(value):
    return "object"


@show.register(int)
def _(value):
    return "int now"


@show.register(float)
def _(value):
    return "float"


@show.register(str)
def _(value):
    return "str now"
