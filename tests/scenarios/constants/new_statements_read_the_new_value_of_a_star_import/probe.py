def hold(app):
    return app.sized, app.Shelf()


def probe(app, held):
    sized, shelf = held
    print(app.LIMIT, sized(1), app.sized.__kwdefaults__, getattr(app, "double", None))
    print(getattr(shelf, "limit", None), shelf.total() if hasattr(shelf, "total") else None)
