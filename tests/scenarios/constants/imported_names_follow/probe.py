def probe(app, held):
    print(app.shown(), app.Box.LIMIT)
