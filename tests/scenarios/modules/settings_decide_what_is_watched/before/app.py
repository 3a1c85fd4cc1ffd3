import lib


def run():
    return "old", lib.help()
