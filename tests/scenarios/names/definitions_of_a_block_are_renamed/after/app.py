import sys

if sys.version_info >= (3,):
    def sum_up(items, rate):
        result = 0
        for item in items:
            result += item * rate
        return result + 1
else:
    def sum_up(items, rate):
        result = 0.0
        for item in items:
            result = result + item * rate
        return int(result)

try:
    import no_such_module
except ImportError:
    class Replacement:
        calls = 0

        def one(self, first, second):
            Replacement.calls += 1
            return [first, second]

        def two(self):
            return [self.one(1, 2), self.one(3, 4)]


class Shop:
    if len(sys.argv) >= 0:
        def unlock(self, door, key):
            name = type(self).__name__
            return f"{name}: {door} unlocked with {key}"
    else:
        def unlock(self, door, key):
            return None
