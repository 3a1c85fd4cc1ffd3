def hold(app):
    return app.Settings()


def probe(app, held):
    print(held.size, held.color, sorted(name for name in vars(app.Settings) if not name.startswith("__")))
