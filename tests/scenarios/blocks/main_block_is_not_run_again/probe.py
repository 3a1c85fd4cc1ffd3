def probe(app, held):
    print(app.__name__, app.work(), app.runs)
