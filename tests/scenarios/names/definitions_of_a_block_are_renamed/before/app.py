import sys

if sys.version_info >= (3,):
    def total(items, rate):
        result = 0
        for item in items:
            result += item * rate
        return result
else:
    def total(items, rate):
        result = 0.0
        for item in items:
            result = result + item * rate
        return int(result)

try:
    import no_such_module
except ImportError:
    class Fallback:
        calls = 0

        def one(self, first, second):
            Fallback.calls += 1
            return [first, second]

        def two(self):
            return [self.one(1, 2), self.one(3, 4)]


class Shop:
    if len(sys.argv) >= 0:
        def open(self, door, key):
            name = type(self).__name__
            return f"{name}: {door} with {key}"
    else:
        def open(self, door, key):
            return None
