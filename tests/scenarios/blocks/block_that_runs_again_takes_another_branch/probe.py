def hold(app):
    return app.Group, app.Group(), app.last


def probe(app, held):
    group, instance, last = held
    names = sorted(name for name in vars(app) if not name.startswith("__") and name != "log")
    print(names)
    print(app.Group is group, instance.size(), app.last is last, last(), app.number)
    print(app.Codec().load() if hasattr(app, "Codec") else app.codec.__name__)
