RATE = 10


def plain():
    return RATE
