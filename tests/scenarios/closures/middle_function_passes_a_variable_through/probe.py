def hold(app):
    return app.outer(3, 4), app.outer(30, 40)


def probe(app, held):
    for show, middle, leaf in (*held, app.outer(5, 6)):
        print(leaf(), middle(7)())
