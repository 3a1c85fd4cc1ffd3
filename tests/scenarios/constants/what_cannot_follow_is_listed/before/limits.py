RATE = 2


class Kind:
    pass


BASE = dict
