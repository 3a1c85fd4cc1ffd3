def probe(app, held):
    print(app.values, app.mode)
