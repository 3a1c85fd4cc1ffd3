def probe(app, held):
    print(list(app.__annotations__), list(app.Schema.__annotations__))
