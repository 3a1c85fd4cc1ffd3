LIMIT = 5
NAMES = ["a", "b", "c"]


def over(number):
    return number > LIMIT


def names():
    return NAMES
