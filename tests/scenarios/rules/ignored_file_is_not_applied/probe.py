def probe(app, held):
    print(app.get())
