import numba


@numba.njit(cache=True)
def rate(x):
    return x * 3


@numba.njit(cache=True)
def total(x):
    return rate(x) + 1
