VALUE = 1


def same(number):
    def nested():
        return number + VALUE

    return [nested() for _ in "ab"], lambda: number


def changed(number):
    return number


class Thing:
    def method(self):
        return self

    class Inner:
        def deep(self): return (yield)
