def probe(app, held):
    print(app.LIMIT, app.over(4), app.names())
