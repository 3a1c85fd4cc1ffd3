def hold(app):
    return app.rate, app.total, app.grand, app.by_attribute, app.closure, app.rates.twice


def probe(app, held):
    print([jitted(1) for jitted in held], [jitted(1.5) for jitted in held])
    print(held[0] is app.rates.rate, [len(jitted.signatures) for jitted in held], app.other(1))
