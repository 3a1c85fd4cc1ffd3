import one


def get():
    return "new two", one.get()
