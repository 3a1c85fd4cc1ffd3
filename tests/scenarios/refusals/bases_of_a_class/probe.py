def hold(app):
    return app.Child()


def probe(app, held):
    print(held.name(), app.Child().name(), [cls.__name__ for cls in app.Child.__mro__])
