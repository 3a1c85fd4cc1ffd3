from limits import LIMIT

step = 4
stride = step + 1
leap = stride * 2
half = LIMIT // 2


def take(count=LIMIT, *, most=stride):
    return count, most


class Box:
    size = LIMIT * 2


if LIMIT > 15:
    def give(count=LIMIT):
        return count

