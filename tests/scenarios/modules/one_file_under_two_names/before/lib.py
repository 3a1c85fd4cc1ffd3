def name():
    return "old", __name__


class Box:
    size = 1
