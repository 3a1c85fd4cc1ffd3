import inspect


def probe(app, held):
    print(inspect.signature(app.tag), app.tag("a"), app.tag("a", "b"), app.tag.__defaults__)
