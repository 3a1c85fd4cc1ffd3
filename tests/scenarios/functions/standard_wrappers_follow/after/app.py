import contextlib
import functools
import unittest.mock


@contextlib.contextmanager
def opened(name):
    yield f"new {name}"


@functools.total_ordering
class Version:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return self.number == other.number

    def __lt__(self, other):
        return self.number > other.number


def compare(one, other):
    return other - one


def helper():
    return "new helper"


ORDER = functools.cmp_to_key(compare)
MOCK = unittest.mock.Mock(side_effect=helper)
