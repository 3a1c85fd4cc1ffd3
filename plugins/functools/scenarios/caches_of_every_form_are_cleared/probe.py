def hold(app):
    return [
        *(app.plain, app.typed, app.unbounded, app.kept, app.below, app.above),
        *(app.shop.method, app.Shop.static, app.shop.built, app.closure),
    ]


def probe(app, held):
    print([cached(1) for cached in held], [cached(1) for cached in held])
    print(held[1](1.0), app.plain.__doc__, app.unbounded.__annotations__["x"].__name__)
    print(app.Shop.built(1), held[0] is app.plain, held[9] is app.closure)
