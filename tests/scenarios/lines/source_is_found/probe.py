import inspect


def hold(app):
    return app.first, app.Box().method


def probe(app, held):
    first, method = held
    print(inspect.getsource(first), inspect.getsource(method), inspect.getsource(app.Box.key))
