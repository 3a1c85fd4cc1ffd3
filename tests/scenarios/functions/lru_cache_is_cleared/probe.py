def hold(app):
    return app.slow, app.Tool()


def probe(app, held):
    slow, tool = held
    print(slow(2), app.slow(2), tool.use(1), slow is app.slow, slow.__doc__)
