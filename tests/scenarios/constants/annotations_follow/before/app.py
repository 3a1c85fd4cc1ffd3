from base import Number


def add(a: Number, b: "Number" = 1) -> Number:
    return a + b


class Box:
    def get(self, index: Number):
        return index
