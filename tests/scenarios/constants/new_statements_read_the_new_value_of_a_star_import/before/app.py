from sizes import *

import sizes


def sized(value):
    return value


class Shelf:
    pass
