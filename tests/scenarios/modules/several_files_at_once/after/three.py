from two import get as two_get


def get():
    return "new three", two_get()
