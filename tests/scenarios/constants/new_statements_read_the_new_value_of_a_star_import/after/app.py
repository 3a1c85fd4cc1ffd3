from sizes import *

import sizes

double = LIMIT * 2


def sized(value, *, limit=LIMIT):
    return value, limit


class Shelf:
    limit = LIMIT

    def total(self, limit=LIMIT):
        return limit
