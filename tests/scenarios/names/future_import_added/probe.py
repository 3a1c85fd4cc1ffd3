def hold(app):
    return app.plain, app.Point, app.Point().moved


def probe(app, held):
    plain, point, moved = held
    print(plain is app.plain, point is app.Point, app.count)
    print(app.plain.__annotations__, app.Point.moved.__annotations__)
    print(plain(2), moved(), app.limit, plain.__code__.co_flags & 0x1000000 > 0)
