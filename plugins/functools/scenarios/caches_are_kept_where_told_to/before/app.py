import functools


@functools.lru_cache
def price(x):
    """Old."""
    return x + 1
