def probe(app, held):
    print(type(app.Plain).__name__, hasattr(app.Plain, "tell"))
