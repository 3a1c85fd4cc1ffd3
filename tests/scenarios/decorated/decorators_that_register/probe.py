def hold(app):
    return app.page


def probe(app, held):
    print(held(), app.page(), {path: function() for path, function in app.routes.items()})
