import lib


def run():
    return "new", lib.help()
