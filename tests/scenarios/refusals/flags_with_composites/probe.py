def probe(app, held):
    print(list(app.Right), app.BOTH.value)
