import inspect

VALUE = inspect


def first():
    added = 2
    return added


class Box:
    """Moved, and changed."""

    def method(self):
        # a comment of the method
        return "method"

    key = lambda self: 5
