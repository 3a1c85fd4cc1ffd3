NAMES = ("prices", "costs"), ("label", "title"), ("made", "opened"), ("close", "shut")


def find(owner):
    return [getattr(owner, new, None) or getattr(owner, old) for old, new in NAMES]


def hold(app):
    return app.Shop(), find(app.Shop), app.Shop().__class__, find(app.Shop())[0]


def probe(app, held):
    shop, (prices, label, made, close), _, bound = held
    print([hasattr(shop, name) for names in NAMES for name in names])
    now = find(app.Shop)
    print([a == b for a, b in zip(now, [prices, label, made])], [it.__qualname__ for it in now])
    print(prices(shop), label("a"), made().items, bound(3), bound.__name__)
    print(find(app.Below())[0]())
