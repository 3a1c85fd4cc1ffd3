LIMIT = 3
NAMES = ["a", "b"]


def over(number):
    return number > LIMIT


def names():
    return NAMES
