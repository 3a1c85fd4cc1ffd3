def hold(app):
    return app.declared


def probe(app, held):
    print(held(1), held is app.declared)
