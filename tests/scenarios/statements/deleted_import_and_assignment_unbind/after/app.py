from math import pi

kept = 2


def use():
    return kept + pi
