import functools


@functools.lru_cache(maxsize=None)
def slow(number):
    """New words."""
    return number * 3


class Tool:
    @functools.lru_cache
    def use(self, number):
        return ("new", number)
