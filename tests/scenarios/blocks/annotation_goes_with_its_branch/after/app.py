LEVEL = 2


class Shelf:
    if LEVEL > 2:
        height: int = 2
