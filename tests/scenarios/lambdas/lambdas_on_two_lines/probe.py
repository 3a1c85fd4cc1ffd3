def hold(app):
    return app.pair()


def probe(app, held):
    print([f(0) for f in held], [f(0) for f in app.pair()])
