import functools


def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


class Outer:
    pass

    class Inner:
        try:
            pass
        finally:
            pass


@wrapping
def work(self):
    local = 46

    def inner(a, b=3):
        return local, a, b, 46
    return inner(1)
