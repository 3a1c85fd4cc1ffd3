def hold(app):
    return app.price, app.work


def probe(app, held):
    price, work = held
    print(app.price("tea"), app.work(), "held", price("tea"), work())
