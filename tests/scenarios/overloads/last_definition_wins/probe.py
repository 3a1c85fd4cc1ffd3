def hold(app):
    return app.added_before, app.swapped, app.changed


def probe(app, held):
    print([function() for function in held])
    print(app.removed(), app.added_before(), app.swapped(), app.changed(), app.Shop().price())
