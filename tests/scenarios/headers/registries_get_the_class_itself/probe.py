def hold(app):
    return app.Plain()


def probe(app, held):
    print([cls is app.Plain for cls in app.registry], app.made.get("Plain") is (app.Plain if app.made else None))
    print(sorted(cls.__name__ for cls in app.Base.hooked), all(cls is getattr(app, cls.__name__) for cls in app.Base.hooked))
    print(app.counted, held.method(), type(held) is app.Plain, [cls.__name__ for cls in app.Base.__subclasses__()].count("Child"))
