def hold(app):
    return app.rate, app.total


def probe(app, held):
    print([jitted(1) for jitted in held], [jitted.stats.cache_path is not None for jitted in held])
