def probe(app, held):
    names = ("first", "second", "third")
    print([name in vars(app) and getattr(app, name)() for name in names])
