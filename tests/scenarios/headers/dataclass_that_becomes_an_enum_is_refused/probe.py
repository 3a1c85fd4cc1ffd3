def probe(app, held):
    print(app.Colour(), app.Colour.__bases__)
