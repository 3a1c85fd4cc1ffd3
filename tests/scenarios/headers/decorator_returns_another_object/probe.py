def hold(app):
    return app.Config


def probe(app, held):
    print(app.Config.level, isinstance(app.Config, type))
