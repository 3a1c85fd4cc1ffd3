VALUE = "two"


def help():
    return "help of two"
