def probe(app, held):
    print(getattr(app, "note", None), app.sep, repr(getattr(app, "end", None)))
