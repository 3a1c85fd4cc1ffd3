def probe(app, held):
    print(app.Point(1, 2).size())
