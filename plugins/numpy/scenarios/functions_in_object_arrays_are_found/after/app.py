import functools
import gc

import numpy


def handler(x):
    return x + 2


def make():
    def hidden(x):
        return x * 20

    return hidden


class Step:
    def run(self, x):
        return x - 2


# Nothing else holds the closures: an array shows Python's garbage collector nothing of what it has inside.
table = numpy.empty((2, 2), dtype=object)
table[0, 0] = handler
table[0, 1] = make()
table[1, 0] = functools.partial(make(), 3)
table[1, 1] = Step().run
nested = numpy.empty(1, dtype=object)
nested[0] = [numpy.array([make(), "text", 1.5], dtype=object)]
lambdas = numpy.array([lambda x: x + 5, lambda x: x + 60], dtype=object)
gc.freeze()
