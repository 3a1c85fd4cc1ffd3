def probe(app, held):
    print(app.shape.__name__, app.shape.label)
