def hold(app):
    return app.make(1)


def probe(app, held):
    print(app.make(2)(), "held", held())
