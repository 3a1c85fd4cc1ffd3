def base():
    return 7


def scaled(number, by=base() + 1):
    return number * by
