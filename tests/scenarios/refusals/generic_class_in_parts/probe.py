def probe(app, held):
    print(hasattr(app.Box, "size"), app.Box[int]().put(1))
