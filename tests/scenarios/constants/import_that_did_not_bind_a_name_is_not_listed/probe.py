def probe(app, held):
    print(app.work is app.slow.work, app.limit, app.slow.limit)
