import lib


def run():
    return lib.base()
