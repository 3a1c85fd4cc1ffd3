def probe(app, held):
    print(app.Shape().__doc__)
