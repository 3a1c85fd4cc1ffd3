def probe(app, held):
    print(app.mode, app.size, app.level)
