def probe(app, held):
    for cls in app.Job, app.Night:
        try:
            print(cls().run(), sorted(cls.__abstractmethods__))
        except TypeError:
            print("abstract", sorted(cls.__abstractmethods__))
