def probe(app, held):
    print(app.run())
