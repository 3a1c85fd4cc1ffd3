def probe(app, held):
    print(app.encode({"a": 1}), hasattr(app, "json"), hasattr(app, "Ordered"))
