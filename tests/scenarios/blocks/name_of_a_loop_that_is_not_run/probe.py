def probe(app, held):
    print(app.total())
