def name():
    return "new", __name__


class Box:
    size = 2


def added():
    return "added"
