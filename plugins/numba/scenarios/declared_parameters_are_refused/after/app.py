import numba


@numba.njit("int64(int64)")
def declared(x, y):
    return x + y
