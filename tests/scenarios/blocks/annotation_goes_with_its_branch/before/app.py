LEVEL = 2


class Shelf:
    for _ in range(1):
        height: int = 2
    if LEVEL > 1:
        depth: int = 3
