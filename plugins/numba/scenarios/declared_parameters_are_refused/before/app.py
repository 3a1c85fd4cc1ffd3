import numba


@numba.njit("int64(int64)")
def declared(x):
    return x + 1
