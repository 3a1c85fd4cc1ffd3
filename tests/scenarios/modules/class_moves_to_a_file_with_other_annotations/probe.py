def hold(app):
    return app.Shelf()


def probe(app, held):
    print(app.Shelf.__module__, app.Shelf.__annotations__, app.Shelf.total.__annotations__)
    print(type(held) is app.Shelf, held.total([1]))
