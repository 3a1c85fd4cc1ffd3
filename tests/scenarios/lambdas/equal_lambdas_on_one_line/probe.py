def probe(app, held):
    print([f() for f in app.make()])
