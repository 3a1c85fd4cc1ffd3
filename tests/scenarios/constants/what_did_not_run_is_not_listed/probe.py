def probe(app, held):
    print(app.sizes(), app.half, app.smallest, hasattr(app, "biggest"), hasattr(app, "double"))
