def probe(app, held):
    print(hasattr(app, "Empty"))
