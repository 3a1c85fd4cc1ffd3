internal = set()


def hidden(function):
    internal.add(function.__code__)
    return function


@hidden
def load(name):
    return f"load {name}"


class Loader:
    @hidden
    def find(self, name):
        return f"find {name}"

    @hidden
    def last(self):
        return "last"


def shown():
    return "shown"
