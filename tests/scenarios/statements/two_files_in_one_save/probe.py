def probe(app, held):
    print(app.run(), hasattr(app, "added"))
