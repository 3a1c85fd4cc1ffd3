import numba


@numba.cfunc("int64(int64)")
def callback(x):
    return x + 1


@numba.vectorize(["int64(int64)"], target="parallel")
def parallel(x):
    return x + 1
