def hold(app):
    return app.Special()


def probe(app, held):
    print(held.size, getattr(held, "color", None), getattr(app.Settings, "both", None), app.Special.__dict__.get("color"))
