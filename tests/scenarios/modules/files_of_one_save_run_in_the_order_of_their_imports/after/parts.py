SIZE = 10


def doubled(value):
    return 2 * value
