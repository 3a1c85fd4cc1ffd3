def probe(app, held):
    print(app.size, app.volume, app.f())
