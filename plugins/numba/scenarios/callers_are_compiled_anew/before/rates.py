import numba


@numba.njit
def rate(x):
    return x * 2


@numba.njit
def twice(x):
    return rate(x) + rate(x)
