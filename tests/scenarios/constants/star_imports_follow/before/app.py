from public import *
from public import _hidden

TWICE = LIMIT * 2


def shown():
    return LIMIT, _hidden, NAMES, TWICE
