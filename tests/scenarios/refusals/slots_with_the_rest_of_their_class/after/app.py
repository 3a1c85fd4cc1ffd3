import sys


class Small:
    __slots__ = ("a", "b", "c")

    def __init__(self):
        self.a = 1
        self.b = 2
        self.c = 3

    def sum(self):
        return self.a + self.b + self.c

    def new(self):
        return self.c

    def line(self):
        return (sys._getframe().f_lineno,
                sys._getframe().f_lineno)


def make():
    return "new", Small().sum()
