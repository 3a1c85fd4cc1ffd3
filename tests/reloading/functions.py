"""``@reloading``: a function is read again before each call."""

import asyncio
import functools
import inspect

from editing import edit
from jurigged import reloading
from jurigged._reloading.live import is_kept_live


@reloading
def plain(value, times=2, *, plus=0):
    """Old."""
    return value * times + plus


held = plain
assert plain(3) == 6
edit('"""Old."""', '"""New."""')
edit("def plain(value, times=2, *, plus=0):", "def plain(value, times=5, *, plus=1):")
assert held(3) == 16, "defaults whose text changed are those of the new text"
edit("return value * times + plus", "return -value * times")
assert plain(3) == -15
assert plain.__name__ == "plain" and plain.__wrapped__.__doc__ == "New."


@reloading
def remembers(value, seen=[]):
    seen.append(value)
    return list(seen)


remembers(1)
edit("return list(seen)", "return tuple(seen)")
assert remembers(2) == (1, 2), "a default whose text did not change keeps its value"


class Base:
    def greet(self):
        return "base"


class Greeter(Base):
    __name = "greeter"

    @reloading
    def greet(self):
        return self.__name

    @staticmethod
    @reloading
    def double(value):
        return value * 2

    @reloading
    @classmethod
    def named(cls):
        return cls.__name__

    @property
    @reloading
    def size(self):
        return 1


greeter = Greeter()
bound = greeter.greet
assert bound() == "greeter"
edit("return self.__name", "return super().greet() + self.__name")
assert bound() == "basegreeter", "`super()` and private names in what is read again"
edit("return value * 2", "return value * 20")
edit("return cls.__name__", "return cls.__name__.lower()")
assert (greeter.double(2), Greeter.named()) == (40, "greeter")
edit("return 1", "return 10")
assert greeter.size == 10


def make(step):
    @reloading
    def add(value):
        return value + step

    return add


one, two = make(1), make(2)
assert (one(10), two(10)) == (11, 12)
edit("return value + step", "return (value + step) * 100")
assert (one(10), two(10)) == (1100, 1200), "each closure keeps its variables"


def make_counter():
    count = 0

    @reloading
    def next_number():
        nonlocal count
        count += 1
        return count

    return next_number, lambda: count


counter, read = make_counter()
counter()
edit("count += 1", "count += 10")
assert (counter(), read()) == (11, 11)


@reloading
@functools.lru_cache
def cached(value):
    return value, 1


first = cached(1)
assert cached(1) is first
edit("@functools.lru_cache", "@functools.lru_cache(maxsize=None)")
assert cached(1) is not first, "decorators below run again when their text changes"


@reloading(every=3)
def sometimes():
    return "old"


assert sometimes() == "old"
edit('return "old"', 'return "new"')
found = [sometimes() for _ in range(4)]
assert found[2:] == ["new", "new"], found
# A session applies the save by itself, at any time.
assert found[:2] == ["old", "old"] or is_kept_live(__file__), found


@reloading
async def later(value):
    await asyncio.sleep(0)
    return value


assert inspect.iscoroutinefunction(later)
assert asyncio.run(later(1)) == 1
edit("return value\n", "return value + 1\n")
assert asyncio.run(later(1)) == 2


@reloading
def items(count):
    for i in range(count):
        yield i


assert list(items(3)) == [0, 1, 2]
edit("yield i", "yield i * 2")
assert list(items(3)) == [0, 2, 4]


@reloading
def recurses(depth):
    return [depth] + (recurses(depth - 1) if depth else [])


edit("return [depth] +", "return [-depth] +")
assert recurses(2) == [-2, -1, 0]


@reloading
def loops():
    total = 0
    for i in reloading(range(4)):
        if i == 1:
            edit("total += i", "total += i * 100")
        total += i
    return total


assert loops() == 0 + 1 + 200 + 300, "loops inside are read again, too"
print("ok")
