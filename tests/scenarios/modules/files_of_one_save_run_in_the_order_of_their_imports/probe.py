def probe(app, held):
    print(app.current(), getattr(app, "made", None), getattr(app, "both", None), getattr(app, "LIMIT", None))
