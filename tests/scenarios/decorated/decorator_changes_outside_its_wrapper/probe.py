def probe(app, held):
    print(app.work(), "/", app.work.__wrapped__.title)
