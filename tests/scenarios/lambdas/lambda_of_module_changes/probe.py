def hold(app):
    return app.double, app.FIRST, app.SECOND


def probe(app, held):
    print(held[0](1), app.double(2), held[1](), held[2](), held[0] is app.double, held[2] is app.SECOND)
