import numba


@numba.njit
def price(x, tax=1):
    """Old."""
    return x + tax


@numba.njit
def total(x):
    return price(x) * 10


@numba.njit("int64(int64, int64)")
def declared(x, y):
    return x - y
