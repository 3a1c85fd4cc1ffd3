from two import get as two_get


def get():
    return "old three", two_get()
