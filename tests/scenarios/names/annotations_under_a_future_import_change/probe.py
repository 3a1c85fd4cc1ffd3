def probe(app, held):
    print(app.__annotations__)
