internal = set()


def hidden(function):
    internal.add(function.__code__)
    return function


@hidden
def load(name):
    line = f"load {name}"
    return line + "!"


class Loader:
    @hidden
    def find(self, name):
        return f"found {name}"

    @hidden
    def last(self):
        return "last"


def shown():
    return "shown"
