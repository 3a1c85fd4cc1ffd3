def probe(app, held):
    print(app.work(), app.plain())
