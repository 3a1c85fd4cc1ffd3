import lib

WRONG = lib.ADDED


def work():
    return "new", lib.help()
