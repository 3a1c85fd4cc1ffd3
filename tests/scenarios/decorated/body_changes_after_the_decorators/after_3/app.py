import functools


def loud(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args).upper()

    return wrapper


def work(name, more="?"):
    return "three " + name + more
