import functools


def loud(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args).upper()

    return wrapper


def work(name):
    return "one " + name
