import pkg.one


def run():
    return pkg.one.get()
