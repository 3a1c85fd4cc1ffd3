def probe(app, held):
    print(app.__doc__)
