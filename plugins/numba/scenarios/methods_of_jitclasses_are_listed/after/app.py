import numba
from numba.experimental import jitclass


@jitclass([("x", numba.int64)])
class Point:
    def __init__(self, x):
        self.x = x

    def shifted(self):
        return self.x + 2
