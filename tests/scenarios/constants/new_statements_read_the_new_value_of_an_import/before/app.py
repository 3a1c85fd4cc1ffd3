from limits import LIMIT

step = 3
stride = step + 1


def take(count):
    return count


if LIMIT > 5:
    def give(count=LIMIT):
        return count

