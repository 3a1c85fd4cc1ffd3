def probe(app, held):
    print([app.show(value) for value in (1, "s", None)], app._(1))
