def hold(app):
    return app.Point(1)


def probe(app, held):
    print(held, app.Point(5), held.total(), held == app.Point(1))
