import limits
from limits import BASE, RATE, Kind


def times(factor):
    def wrap(function):
        return lambda: function() * factor

    return wrap


@times(RATE)
def price():
    return 10


class Box(BASE):
    pass


rates = [RATE, limits.RATE]
TWICE = 2 * RATE
TWICE = 30
later = lambda: RATE

if RATE > 5:
    speed = "fast"
