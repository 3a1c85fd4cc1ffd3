def hold(app):
    return app.Base.size.fget, app.Box()


def probe(app, held):
    size, box = held
    print(type(app.Base.size).__name__, sorted(app.Base.__abstractmethods__), box.size, size(box))
    print(getattr(app.Base.size, "__isabstractmethod__", None))
