def probe(app, held):
    print(sorted(app.Shelf.__annotations__))
    print(sorted(name for name in vars(app.Shelf) if name in ("height", "depth", "_")))
