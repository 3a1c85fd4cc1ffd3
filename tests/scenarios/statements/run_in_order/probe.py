def probe(app, held):
    print(app.first, app.last, [getattr(app, name, None) for name in ("second", "third", "fourth")])
