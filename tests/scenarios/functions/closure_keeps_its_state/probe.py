def hold(app):
    return app.make_counter()


def probe(app, held):
    print(held(), held())
