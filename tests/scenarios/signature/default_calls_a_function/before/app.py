def base():
    return 7


def scaled(number, by=base()):
    return number * by
