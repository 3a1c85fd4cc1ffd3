def probe(app, held):
    print(app.names())
