def hold(app):
    return app.work, app.box


def probe(app, held):
    print(app.__name__, held[0](), app.work(), held[1].get(), app.LIMIT)
