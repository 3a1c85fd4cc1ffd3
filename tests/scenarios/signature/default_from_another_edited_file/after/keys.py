LIMIT = 1
SIZE = 5


def build():
    return LIMIT


def named():
    return "named"
