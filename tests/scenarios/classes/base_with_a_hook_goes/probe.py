def hold(app):
    return app.Shelf()


def probe(app, held):
    print([base.__name__ for base in app.Shelf.__mro__], getattr(app.Shelf, "key", None), held.total())
    print(getattr(app.Drawer, "key", None), app.Drawer.label)
