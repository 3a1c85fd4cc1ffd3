def probe(app, held):
    print(app.ABOVE, app.work(), hasattr(app, "BELOW"))
