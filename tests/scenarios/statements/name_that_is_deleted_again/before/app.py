import helpers

state = []

_base = 3
_other = 1
size = _base + 1
del _base, _other

from helpers import double as _double

few = 2
del _double
