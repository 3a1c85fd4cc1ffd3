import functools


def loud(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args).upper()

    return wrapper


@loud
def work(name, more="!"):
    return "two " + name + more
