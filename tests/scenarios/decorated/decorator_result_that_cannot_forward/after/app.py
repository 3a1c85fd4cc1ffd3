import functools


def price(item):
    return len(item) * 10


class Counted:
    def __init__(self, function):
        self.function = function

    def __call__(self):
        return "counted " + self.function()


def work():
    return "work now"
