def find(app):
    shop = app.Shop if hasattr(app.Shop, "cost") else app.Price
    describe = getattr(app.Shop, "describe", None) or app.describe
    return shop.cost, shop.label, describe, getattr(app, "Tag", None) or app.Price.Tag


def hold(app):
    return (*find(app), find(app)[3]())


def probe(app, held):
    cost, label, describe, tag, one = held
    print([a is b for a, b in zip(held, find(app))], isinstance(one, find(app)[3]))
    print([it.__qualname__ for it in held[:4]], [hasattr(app, name) for name in ("Tag", "describe")])
    print([sorted(name for name in vars(owner) if name[0] != "_") for owner in (app.Price, app.Shop)])
    print(cost(app.Shop(), ["ab"]), label("a"), describe(app.Shop(), ["x"]), one.show())
    print([getattr(it.__code__, "co_firstlineno") for it in (cost, label, describe, tag.show)])
