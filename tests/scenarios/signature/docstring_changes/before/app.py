import functools


def announced(function):
    @functools.wraps(function)
    def wrapper():
        return function()

    return wrapper


def plain():
    """Old words."""
    return 1


@announced
def wrapped():
    """Old words of a wrapped function."""
    return 1


class Thing:
    """Old words of a class."""

    def method(self):
        return 1
