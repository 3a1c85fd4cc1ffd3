import numba
import numpy


@numba.njit
def rate(x):
    return x * 3


@numba.vectorize
def dynamic(x):
    return rate(x) + 1


@numba.vectorize(["int64(int64)", "float64(float64)"])
def declared(x):
    return rate(x) + 2


@numba.guvectorize(["void(int64[:], int64[:])"], "(n)->(n)")
def generalized(x, out):
    for i in range(x.shape[0]):
        out[i] = rate(x[i]) + 3


@numba.vectorize
def own(x):
    return x + 8


@numba.njit
def caller(x):
    return dynamic(x) + declared(x)


numbers = numpy.arange(3)
