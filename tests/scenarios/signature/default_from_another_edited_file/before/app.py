import keys
from keys import LIMIT


def helper():
    return 1


def cached(key=None, size=None, *, made=None):
    return key and key(), size, made
