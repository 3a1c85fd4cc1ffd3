import inspect


def hold(app):
    return app.Base.size.fget, app.Base.size.fset, app.Box()


def probe(app, held):
    size, set_size, box = held
    print(type(app.Base.size).__name__, sorted(app.Base.__abstractmethods__), box.size, size(box), set_size(box, 1))
    print(getattr(app.Base.size, "__isabstractmethod__", None))
    # What is held forwards to what is there now.
    print(inspect.unwrap(size) is app.Base.size.fget)
