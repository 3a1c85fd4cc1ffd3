def the_class(app):
    return getattr(app, "Shelf", None) or app.Rack


def hold(app):
    return app.tell, the_class(app)()


def probe(app, held):
    tell, shelf = held
    print(sorted(name for name in vars(app) if not name.startswith("_")))
    print(tell(), tell is app.tell, tell.__qualname__, tell.__code__.co_firstlineno)
    print(shelf.total([1]), type(shelf).__qualname__, type(shelf) is the_class(app))
