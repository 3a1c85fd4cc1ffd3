import numba


@numba.njit
def rate(x):
    return x.missing


@numba.njit
def total(x):
    return rate(x) + 1


@numba.njit("int64(int64)")
def declared(x):
    return x * 4
