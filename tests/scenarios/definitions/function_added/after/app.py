import functools


def zeroth():
    return "zeroth, used by " + first.__name__


def first():
    return "first"


@functools.wraps(first)
def second():
    """After it."""
    return first() + zeroth() + constant()


def constant():
    return "!"
