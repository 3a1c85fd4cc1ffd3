def probe(app, held):
    print(app.Shape().told(), app.Shape.__bases__[0].__module__, hasattr(app.old, "Shape"))
