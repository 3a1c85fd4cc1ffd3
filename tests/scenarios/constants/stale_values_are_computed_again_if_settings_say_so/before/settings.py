PATTERN = "a+"
SIZES = frozenset({1, 2})


class Missing:
    def __init__(self, name):
        self.name = name


missing = Missing("missing")
RATE = 2
