import functools


def announced(function):
    @functools.wraps(function)
    def wrapper():
        return function()

    return wrapper


def plain():
    """New words."""
    return 1


@announced
def wrapped():
    """New words of a wrapped function."""
    return 1


class Thing:
    """New words of a class."""

    def method(self):
        """Words where there were none."""
        return 1
