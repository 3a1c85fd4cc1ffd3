import functools

from limits import LIMIT


def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@wrapping
def keyword(*, limit=LIMIT):
    return limit


@wrapping
def positional(first, limit=LIMIT + 1, seen=[]):
    seen.append(first)
    return limit, len(seen)
