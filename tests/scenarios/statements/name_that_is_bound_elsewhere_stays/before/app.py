mode = "first"


def show():
    return mode


mode = "second"
