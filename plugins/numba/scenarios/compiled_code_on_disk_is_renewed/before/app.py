import numba


@numba.njit(cache=True)
def rate(x):
    return x * 2


@numba.njit(cache=True)
def total(x):
    return rate(x) + 1
