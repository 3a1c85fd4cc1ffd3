import functools


@functools.lru_cache(maxsize=None)
def slow(number):
    """Old words."""
    return number * 2


class Tool:
    @functools.lru_cache
    def use(self, number):
        return ("old", number)
