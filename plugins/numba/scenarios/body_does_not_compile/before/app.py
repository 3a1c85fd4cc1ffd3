import numba


@numba.njit
def rate(x):
    return x * 2


@numba.njit
def total(x):
    return rate(x) + 1


@numba.njit("int64(int64)")
def declared(x):
    return x * 4
