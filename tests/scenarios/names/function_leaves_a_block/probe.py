def hold(app):
    return app.work


def probe(app, held):
    print(held is app.work, held([1, 2]), held.__code__.co_firstlineno, hasattr(app, "rest"))
