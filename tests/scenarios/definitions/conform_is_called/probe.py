def probe(app, held):
    print(app.calls, [item() for item in app.compiled])
