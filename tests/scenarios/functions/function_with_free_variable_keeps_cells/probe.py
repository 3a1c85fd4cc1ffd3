def hold(app):
    return app.outer(3)


def probe(app, held):
    print(held(2), app.outer(5)(2), held.__closure__[0].cell_contents)
