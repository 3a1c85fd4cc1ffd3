import numba

import rates
from rates import rate


@numba.njit
def total(x):
    return rate(x) + 1


@numba.jit(nopython=True)
def grand(x):
    return total(x) * 10


@numba.njit
def by_attribute(x):
    return rates.rate(x) + 100


def make(offset):
    @numba.njit
    def inner(x):
        return grand(x) + offset

    return inner


closure = make(5)


@numba.njit
def other(x):
    return x
