RATE = 3


class Kind:
    pass


BASE = list
