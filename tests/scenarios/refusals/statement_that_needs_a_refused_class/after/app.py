class Result:
    __slots__ = ("value", "error")

    def __init__(self, value, error=None):
        self.value = value
        self.error = error


kept = Result(1)
kind = "with errors"
failed = Result(2).error
listed = [failed]


def show():
    return kind + "!"
