def probe(app, held):
    print(app.work(), hasattr(app.lib, "ADDED"), hasattr(app, "WRONG"))
