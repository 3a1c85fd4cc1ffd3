def probe(app, held):
    print(app.work(), app.LIMIT, app.work.__annotations__)
