import functools
import typing


@typing.overload
def convert(value: int) -> str: ...
@typing.overload
def convert(value: str) -> int: ...
def convert(value):
    return ("new", value)


@functools.singledispatch
def show(value):
    return "new object"


@show.register(int)
def _(value):
    return "new int"


@show.register(str)
def _(value):
    return "new str"


class Box:
    @property
    def size(self):
        return "new size"

    @size.setter
    def size(self, value):
        self.stored = ("new", value)

    @size.deleter
    def size(self):
        self.stored = "new deleted"
