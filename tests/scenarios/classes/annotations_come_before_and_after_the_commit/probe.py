def hold(app):
    return app.Client()


def probe(app, held):
    print(getattr(app.Client, "__annotations__", {}), getattr(held, "later", None), held.fetch("key"))
