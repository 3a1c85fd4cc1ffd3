def probe(app, held):
    print(app.visit("a"), app.made)
    print(app.total, app.first, getattr(app, "other", None))
    print({name: str(kind) for name, kind in app.__annotations__.items()})
