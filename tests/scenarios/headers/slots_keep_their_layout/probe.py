def hold(app):
    return app.Small()


def probe(app, held):
    print(held.show(), app.Small().show(), issubclass(app.Small, dict))
