def hold(app):
    return app.load, app.save


def probe(app, held):
    print([function("x") for function in (*held, app.load, app.save)])
    print([function.__code__.co_freevars for function in (app.load, app.save)])
