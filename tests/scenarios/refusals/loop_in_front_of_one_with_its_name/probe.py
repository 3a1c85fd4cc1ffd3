def probe(app, held):
    print(app.number, app.shown())
