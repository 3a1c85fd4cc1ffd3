def hold(app):
    return app.keyword, app.positional


def probe(app, held):
    print(app.keyword(), app.positional(0)[0])
    print(held[0](), held[1](0)[0])
