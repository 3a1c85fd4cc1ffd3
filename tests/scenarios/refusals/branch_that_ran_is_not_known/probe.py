def probe(app, held):
    print(hasattr(app, "LIMIT"), app.last, app.data)
