def probe(app, held):
    print(app.fast(1), app.total(1), app.slow.slow(1))
