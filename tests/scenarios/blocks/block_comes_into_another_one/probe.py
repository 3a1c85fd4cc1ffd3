def probe(app, held):
    print(app.kind(), app.Shelf().size())
