def hold(app):
    return app.Thing()


def probe(app, held):
    held.tag = "held"
    print(held.show(), app.Thing().show(), app.Thing.__slots__)
