def probe(app, held):
    print(hasattr(app, "fast"), getattr(app, "HAS_FAST", None), hasattr(app, "Fast"))
    print(app.ENCODINGS, app.Response().decoders(), len(app.calls) < 2)
