def hold(app):
    return app.outer(3, 4)


def probe(app, held):
    show, inner = held
    print(inner(2), show(), app.outer(5, 6)[1](2))
