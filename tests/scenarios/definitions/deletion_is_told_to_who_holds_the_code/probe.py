def probe(app, held):
    print(sorted(app.calls), [function() for function in app.registered])
