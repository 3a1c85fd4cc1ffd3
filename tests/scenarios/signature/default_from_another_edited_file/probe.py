def hold(app):
    return app.cached


def probe(app, held):
    print(app.cached(), held())
