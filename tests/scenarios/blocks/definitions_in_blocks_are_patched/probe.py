def hold(app):
    return app.chosen, app.Looped()


def probe(app, held):
    chosen, looped = held
    print(chosen(), app.chosen(), app.fallback(), looped.method(), app.inside())
