def hold(app):
    return app.square


def probe(app, held):
    app.square.calls = 0
    print(held(3), app.square(4), app.square.calls, held is app.square)
