def probe(app, held):
    table = app.table
    print(table[0, 0](1), table[0, 1](1), table[1, 0](), table[1, 1](1), app.nested[0][0][0](2))
    print([entry(0) for entry in app.lambdas], table[0, 0] is app.handler)
