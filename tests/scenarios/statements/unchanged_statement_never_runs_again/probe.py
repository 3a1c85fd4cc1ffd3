def probe(app, held):
    print(app.visit("a"), app.visit("b"), app.counter, app.cache, app.items, getattr(app, "added", None))
