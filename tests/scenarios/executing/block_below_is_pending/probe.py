def probe(app, held):
    print(app.work(), hasattr(app, "BELOW"), hasattr(app, "CHOSEN"))
