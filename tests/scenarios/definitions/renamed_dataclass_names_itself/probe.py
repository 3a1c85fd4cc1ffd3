def find(app, name):
    return getattr(app, name, None) or getattr(app, "_" + name)


def hold(app):
    return find(app, "Settings"), find(app, "Settings")("localhost")


def probe(app, held):
    cls, instance = held
    now, written = find(app, "Settings"), find(app, "Written")
    print(now.__name__, now.__doc__, now("h"))
    print(written.__name__, written.__doc__, written("a b").total())
    print(cls is now, instance)
