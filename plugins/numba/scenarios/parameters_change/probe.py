import inspect


def hold(app):
    return app.price, app.total


def probe(app, held):
    price, total = held
    print(price(1, 1) if len(inspect.signature(price).parameters) == 2 else price(1, tip=1), total(1), price.__doc__)
    print(inspect.signature(price), app.declared(5, 1))
