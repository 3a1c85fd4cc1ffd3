class Point:
    __slots__ = (
        "x",
        "y",
    )


def f():
    return 1


class Other:
    def method(self):
        return [n for n in range(3)], lambda: 2


def make():
    class Made:
        pass

    return Made
