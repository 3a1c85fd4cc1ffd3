import numba


@numba.njit
def rate(x):
    return x * 3


@numba.njit
def twice(x):
    return rate(x) + rate(x)
