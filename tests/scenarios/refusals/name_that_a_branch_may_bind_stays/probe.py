def probe(app, held):
    print(getattr(app, "port", None), app.size, "served" in app.serve.__code__.co_consts)
