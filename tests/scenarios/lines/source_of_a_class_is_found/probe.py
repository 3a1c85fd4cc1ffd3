import inspect


def probe(app, held):
    print(inspect.getsource(app.Box), inspect.getsource(app.Other))
