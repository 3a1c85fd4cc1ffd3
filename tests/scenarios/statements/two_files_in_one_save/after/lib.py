VALUE = 7


def base():
    return "new base "


def added():
    return "added "
