def hold(app):
    return app.numbers()


def probe(app, held):
    print(next(held), list(app.numbers()))
