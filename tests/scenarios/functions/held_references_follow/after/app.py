import functools


def scale(number, by=2):
    return ("new", number * by + 1)


class Shape:
    def area(self):
        return "new area"

    def __call__(self):
        return "new call"


CALLBACKS = {"nested": [(scale, {"deep": scale})]}
TRIPLE = functools.partial(scale, by=3)
