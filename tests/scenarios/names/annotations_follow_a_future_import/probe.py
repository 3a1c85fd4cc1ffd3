def probe(app, held):
    print(app.Point.__annotations__, app.__annotations__, app.count, app.Point.x, app.limit)
