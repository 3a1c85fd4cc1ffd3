import functools

state = []
state.append("ran")
LIMIT = 1


@functools.lru_cache
def cached():
    return "old cached"


def get():
    return "old", LIMIT


class Box:
    items = []

    def name(self):
        return "old box"


if LIMIT > 1:
    size = "big"
else:
    size = "small"

for number in range(LIMIT):
    last = number


def renew(function):
    function.marked = True
    return function


@renew
def marked():
    return "old marked"
