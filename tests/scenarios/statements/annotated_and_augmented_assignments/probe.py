def probe(app, held):
    kinds = {name: kind.__name__ for name, kind in app.__annotations__.items()}
    print(app.size, kinds, app.total, app.a is app.b, app.a, app.c, app.d, app.e)
