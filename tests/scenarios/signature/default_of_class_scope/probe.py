def hold(app):
    return app.Grid().size


def probe(app, held):
    print(held(), app.Grid.size.__defaults__)
