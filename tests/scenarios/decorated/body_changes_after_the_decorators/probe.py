import inspect


def hold(app):
    return app.work


def probe(app, held):
    print(held("a"), app.work("a"), inspect.signature(held), inspect.signature(app.work))
