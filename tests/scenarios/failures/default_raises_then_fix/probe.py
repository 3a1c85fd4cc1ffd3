def probe(app, held):
    print(app.first(), app.second())
