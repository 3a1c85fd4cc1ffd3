import one


def get():
    return "old two", one.get()
