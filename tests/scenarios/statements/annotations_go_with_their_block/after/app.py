class Box:
    size: int = 1


def use():
    return "nothing"
