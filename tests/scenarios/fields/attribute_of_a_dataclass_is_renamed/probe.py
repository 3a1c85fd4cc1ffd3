def probe(app, held):
    print(app.Shelf())
    print(sorted(name for name in vars(app.Shelf) if not name.startswith("_")))
