def hold(app):
    return app.dynamic, app.declared, app.generalized, app.own, app.caller


def probe(app, held):
    for made in held:
        print(made(app.numbers).tolist())
    print(held[0](2.5), held[1](2.5), held[1].types)
