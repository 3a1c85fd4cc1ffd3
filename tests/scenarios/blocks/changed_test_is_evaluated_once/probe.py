def probe(app, held):
    print(app.mode, app.asked)
