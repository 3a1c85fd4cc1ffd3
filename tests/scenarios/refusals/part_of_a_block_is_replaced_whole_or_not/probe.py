def probe(app, held):
    till = app.Till()
    print(till.count([1, 2]), hasattr(till, "total"), hasattr(till, "open"))
