import lib

WRONG = lib.no_such_name


def work():
    return "new", lib.help()
