def hold(app):
    return app.shop.cart.items.Item(), app.total


def probe(app, held):
    item, total = held
    print(app.run(), item.name(), total())
    print(app.shop.cart.added() if hasattr(app.shop.cart, "added") else None, item.added() if hasattr(item, "added") else None)
