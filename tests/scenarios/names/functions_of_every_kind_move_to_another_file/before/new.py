import functools

NAME = "new"


def traced(function):
    @functools.wraps(function)
    def wrapper(*args):
        return "traced", NAME, function(*args)

    return wrapper
