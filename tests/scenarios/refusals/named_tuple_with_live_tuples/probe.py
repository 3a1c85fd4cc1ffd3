def hold(app):
    return app.Pair(1)


def probe(app, held):
    print(held, app.Pair(5), app.Pair._fields)
