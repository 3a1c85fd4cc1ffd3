LIMIT = 2
ADDED = 3


def work(number=7):
    """Changed."""
    return "new", LIMIT, number


class Box:
    size = 2

    def get(self):
        return "new"

    def added(self):
        return "added"


WRONG = 1 / 1
