from functools import singledispatch


@singledispatch
def show(value):
    return "object"


@show.register(int)
def _(value):
    return "int"
