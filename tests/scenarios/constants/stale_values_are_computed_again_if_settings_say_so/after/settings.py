PATTERN = "b+"
SIZES = frozenset({1, 2, 3})


class Missing:
    def __init__(self, name):
        self.name = name


missing = Missing("another")
RATE = 3
