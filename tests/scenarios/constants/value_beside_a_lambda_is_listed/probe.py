def probe(app, held):
    print(app.both[0], app.both[1](), [it() for it in app.later], app.default(), app.dotted[0], app.dotted[1]())
