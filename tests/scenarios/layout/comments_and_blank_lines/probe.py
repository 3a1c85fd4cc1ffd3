def probe(app, held):
    print(app.visit())
