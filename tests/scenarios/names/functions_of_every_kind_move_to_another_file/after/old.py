import functools

NAME = "old"


def traced(function):
    @functools.wraps(function)
    def wrapper(*args):
        return "traced", NAME, function(*args)

    return wrapper
