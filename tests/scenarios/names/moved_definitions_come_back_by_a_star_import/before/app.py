import enum

import shapes


class Colour(enum.IntEnum):
    RED = 1


class Box:
    size = 2

    def area(self):
        return self.size * self.size


def shown(box):
    return "a box of", box.area()


def label(box):
    return shown(box), Colour.RED.name
