def hold(app):
    return app.sort, app.sort.__defaults__[0], app.later()


def probe(app, held):
    sort, key, run = held
    print(sort([2, 3, 1]), app.sort([2, 3, 1]), run(), app.later()())
