def hold(app):
    return app.make_total(2, 3)


def probe(app, held):
    print("live", held(5), "made now", app.make_total(2, 3)(5), app.other())
