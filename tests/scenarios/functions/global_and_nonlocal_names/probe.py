def probe(app, held):
    print(app.count(), app.outer(), app.total)
