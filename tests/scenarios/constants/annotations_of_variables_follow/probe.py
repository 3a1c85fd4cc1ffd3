def shown(annotations):
    return {name: getattr(it, "__name__", it) for name, it in annotations.items()}


def probe(app, held):
    print(shown(app.__annotations__), app.both)
    print(shown(app.Box.__annotations__), shown(app.Box.Inside.__annotations__))
