import functools


def scale(number, by=2):
    return ("old", number * by)


class Shape:
    def area(self):
        return "old area"

    def __call__(self):
        return "old call"


CALLBACKS = {"nested": [(scale, {"deep": scale})]}
TRIPLE = functools.partial(scale, by=3)
