import shop


def hold(app):
    return app.price, app.price.__code__.co_name


def probe(app, held):
    price, name = held
    print(app.price(6), app.label(6), shop.total(), price(6), name)
    print(price is app.price is shop.cost)
