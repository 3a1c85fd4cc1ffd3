import lib


def work():
    return "old", lib.help()
