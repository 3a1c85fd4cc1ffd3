class Result:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


kept = Result(1)
kind = "plain"


def show():
    return kind
