import traceback

# Three
# lines
# more.


def added():
    return traceback


def outer():
    return inner()


def inner():
    raise ValueError("wrong")


class Thing:
    def method(self):
        return [1 / 0 for _ in "a"]
