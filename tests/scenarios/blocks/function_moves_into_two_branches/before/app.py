FLAG = True
items = [1, 2]


def value(x):
    return f"old {x}"


def numbers(n):
    yield n


def chosen(x):
    return f"old chosen {x}"


def alone(x):
    return f"old alone {x}"


class Box:
    def size(self):
        return "old size"


TABLE = [value, chosen]
