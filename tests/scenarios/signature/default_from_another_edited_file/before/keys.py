LIMIT = 1


def build():
    return LIMIT
