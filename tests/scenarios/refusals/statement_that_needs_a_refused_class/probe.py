def probe(app, held):
    print(app.show(), app.kept.value, hasattr(app, "failed"), hasattr(app, "listed"), app.Result(3).value, app.Result.__slots__)
