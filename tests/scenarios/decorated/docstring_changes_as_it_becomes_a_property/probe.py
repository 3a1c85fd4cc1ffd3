def probe(app, held):
    for name in "plain", "documented", "measured", "shared":
        kind = vars(app.Shelf)[name]
        print(name, type(kind).__name__, kind.__doc__)
