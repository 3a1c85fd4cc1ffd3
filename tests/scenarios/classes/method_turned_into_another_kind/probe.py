def hold(app):
    return app.Kinds()


def probe(app, held):
    for name in "plain", "static", "klass", "prop", "simple":
        value = getattr(held, name)
        kind = type(vars(app.Kinds)[name]).__name__
        print(name, kind, value() if callable(value) else value)
