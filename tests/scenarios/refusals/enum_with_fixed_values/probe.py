def hold(app):
    return app.Level.HIGH


def probe(app, held):
    print(list(app.Level), held + 0, app.Level.HIGH is held, held.tell())
