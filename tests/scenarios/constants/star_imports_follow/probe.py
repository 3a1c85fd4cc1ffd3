def probe(app, held):
    print(app.shown(), [name for name in ("GONE", "ADDED") if hasattr(app, name)])
