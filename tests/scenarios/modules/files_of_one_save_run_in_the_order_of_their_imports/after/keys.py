import parts
from parts import SIZE

LIMIT = parts.doubled(1)
AREA = SIZE * SIZE


def added(value):
    return value + AREA


def build():
    return parts.SIZE
