def probe(app, held):
    print(app.size, app.few, sorted(name for name in vars(app) if name.startswith("_") and name[1] != "_"))
