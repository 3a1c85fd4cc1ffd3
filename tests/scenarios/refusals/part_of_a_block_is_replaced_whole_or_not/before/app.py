import contextlib
import functools


def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args) * 2
    return wrapper


class Till:
    with contextlib.suppress(ImportError):
        @twice
        def count(self, coins):
            return sum(coins)

        @staticmethod
        def open():
            return "open"
