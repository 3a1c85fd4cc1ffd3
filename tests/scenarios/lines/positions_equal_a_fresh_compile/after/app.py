"""Two lines more at the head,
and one more."""
VALUE = 1


def same(number):
    def nested():
        return number + VALUE

    return [nested() for _ in "ab"], lambda: number



def changed(number):
    result = [number for _ in "abc"]
    return result


class Thing:
    added = 1
    def method(self):
        return self

    class Inner:
        added = 2

        def deep(self): return (yield)
