def probe(app, held):
    print(app.Metadata().shown(), hasattr(app.Metadata, "license"), len(app.RAW), len(app.EMAIL))
