import functools
from functools import cache, lru_cache as remember


@functools.lru_cache
def plain(x):
    """Old."""
    return x + 1


@remember(maxsize=2, typed=True)
def typed(x):
    return x + 1


@remember(None)
def unbounded(x: int):
    return x + 1


@cache
def kept(x):
    return x + 1


def logged(function):
    @functools.wraps(function)
    def wrapper(x):
        return function(x)

    return wrapper


@logged
@functools.lru_cache
def below(x):
    return x + 1


@functools.lru_cache
@logged
def above(x):
    return x + 1


class Shop:
    @functools.lru_cache
    def method(self, x):
        return x + 1

    @staticmethod
    @cache
    def static(x):
        return x + 1

    @classmethod
    @cache
    def built(cls, x):
        return x + 1


def make(offset):
    @functools.lru_cache
    def inner(x):
        return x + offset + 1

    return inner


shop = Shop()
closure = make(0)
