def shown(function):
    return {name: getattr(it, "__name__", it) for name, it in function.__annotations__.items()}


def probe(app, held):
    print(shown(app.add), shown(app.Box.get))
