import functools

state = []
state.append("ran")
LIMIT = 3


@functools.lru_cache
def cached():
    return "new cached"


def get():
    return "new", LIMIT


class Box:
    items = []

    def name(self):
        return "new box"


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
    return "new marked"
