def hold(app):
    return app.Thing()


def probe(app, held):
    print(app.Thing.tell(), type(app.Thing).__name__, type(held) is app.Thing)
