def hold(app):
    return app.Shop()


def probe(app, held):
    for shop in (held, app.Shop()):
        shop.size = 5
        shop.name = "new"
        shop.count = 3
        print(shop.size, shop.name, shop.count, shop.twice)
        for name in ("size", "name", "count", "twice"):
            part = vars(app.Shop)[name]
            print(name, part.fget is not None, part.fset is not None, part.fdel is not None)
