def hold(app):
    return app.Small()


def probe(app, held):
    print(app.Small.__slots__, hasattr(app.Small, "c"), held.a, app.Small().b)
