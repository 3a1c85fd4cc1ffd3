def hold(app):
    return app.Box[int]()


def probe(app, held):
    print(held.put(1), held.get(), app.Box().put.__annotations__["item"].__name__)
