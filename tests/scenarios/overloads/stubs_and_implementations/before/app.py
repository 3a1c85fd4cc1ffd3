from functools import singledispatch
from typing import overload


def scale(value):
    return value * 2


@singledispatch
def show(value):
    return "object"


@show.register(int)
def _(value):
    return "int"


@show.register(str)
def _(value):
    return "str"
