def probe(app, held):
    print(hasattr(app, "mode"), app.show().replace("second", "first"))
