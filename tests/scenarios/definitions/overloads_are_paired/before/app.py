import functools
import typing


@typing.overload
def convert(value: int) -> str: ...
@typing.overload
def convert(value: str) -> int: ...
def convert(value):
    return ("old", value)


@functools.singledispatch
def show(value):
    return "old object"


@show.register(int)
def _(value):
    return "old int"


@show.register(str)
def _(value):
    return "old str"


class Box:
    @property
    def size(self):
        return "old size"

    @size.setter
    def size(self, value):
        self.stored = ("old", value)

    @size.deleter
    def size(self):
        self.stored = "old deleted"
