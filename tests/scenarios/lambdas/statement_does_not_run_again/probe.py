def probe(app, held):
    app.handlers[1].append(1)
    print(app.handlers[0](), len(app.handlers[1]))
