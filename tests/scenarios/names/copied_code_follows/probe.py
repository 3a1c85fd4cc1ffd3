def hold(app):
    return app.copied(app.work), app.replaced(app.work), app.altered(app.other)


def probe(app, held):
    copied, replaced, altered = held
    print(app.work(1), copied(1), replaced(1), app.other(1))
