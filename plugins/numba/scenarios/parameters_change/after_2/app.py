import numba


@numba.njit
def price(x, tip, tax=2):
    """New."""
    return x + tip + tax


@numba.njit
def total(x):
    return price(x, 5) * 10


@numba.njit("int64(int64, int64)")
def declared(x, y):
    return x - y
