calls = []
registered = []


class Compiled:
    __slots__ = ("code",)

    def __init__(self, code):
        self.code = code

    def __conform__(self, new):
        calls.append(("compiled", getattr(new, "__name__", new)))


def register(function):
    registered.append(function)
    function.__conform__ = lambda new: forget(function, new)
    return function


def forget(function, new):
    if new is None:
        registered.remove(function)
        calls.append(("registered", None))


@register
def do():
    return "second"
