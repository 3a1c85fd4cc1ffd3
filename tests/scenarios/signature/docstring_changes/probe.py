def hold(app):
    return app.plain, app.Thing().method


def probe(app, held):
    plain, method = held
    print(plain.__doc__, app.wrapped.__doc__, app.wrapped.__wrapped__.__doc__, method.__doc__, app.Thing.__doc__)
