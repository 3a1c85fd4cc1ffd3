def loud(function):
    return lambda: function().upper()


@loud
def work():
    return "old work"


def other():
    return "old other"


class Base:
    pass


class Thing(Base):
    __slots__ = ("a",)

    def method(self):
        return "old method"
