def probe(app, held):
    print(getattr(app, "port", None), app.serve())
