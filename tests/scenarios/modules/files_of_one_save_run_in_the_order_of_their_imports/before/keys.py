import parts

LIMIT = 1


def build():
    return parts.SIZE
