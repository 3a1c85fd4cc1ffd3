def hold(app):
    return app.Point(1)


def probe(app, held):
    print(held.shifted())
