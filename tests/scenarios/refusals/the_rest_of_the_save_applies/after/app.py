def loud(function):
    return lambda: function().upper()


def work():
    return "new work"


def other():
    return "new other"


class Base:
    pass


class Thing(Base, dict):
    __slots__ = ("a",)

    def method(self):
        return "new method"
