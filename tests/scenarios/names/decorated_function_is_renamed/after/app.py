import functools


class Command:
    """Takes the name of its function, as many frameworks do."""

    def __init__(self, function):
        self.function = function
        self.name = function.__name__

    def __call__(self, *args):
        return self.name, self.function(*args)


@Command
def list_all(items, more=()):
    found = list(items)
    found.extend(more)
    return found


@functools.lru_cache(maxsize=None)
def size_of(text, extra=0):
    found = len(text)
    found += extra
    return found * 3


class Shop:
    @property
    def wares(self):
        found = ["tea"]
        found.append("jam")
        return found
