def probe(app, held):
    print(app.work())
