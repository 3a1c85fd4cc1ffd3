def probe(app, held):
    print(app.RESULT, app.compute(0))
