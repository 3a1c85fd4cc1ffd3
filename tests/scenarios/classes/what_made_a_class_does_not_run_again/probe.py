def probe(app, held):
    print(app.Reader.name, app.Reader.timeout, app.Row.first, app.Row().told())
