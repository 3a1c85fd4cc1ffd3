mode = "first"


def show():
    return "mode is " + mode
