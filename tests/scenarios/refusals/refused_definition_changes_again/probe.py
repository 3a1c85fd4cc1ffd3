def probe(app, held):
    print(app.shown(), hasattr(app, "work"))
