import keys
from keys import SIZE


def helper():
    return 2


def cached(key=keys.named, size=SIZE, *, made=helper()):
    return key and key(), size, made
