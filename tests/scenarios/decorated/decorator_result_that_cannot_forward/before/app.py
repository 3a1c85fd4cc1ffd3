import functools


@functools.lru_cache
def price(item):
    return len(item)


class Counted:
    def __init__(self, function):
        self.function = function

    def __call__(self):
        return "counted " + self.function()


@Counted
def work():
    return "work"
