def hold(app):
    return app.Point(5)


def probe(app, held):
    made = app.Point(1)
    held.y = made.y
    print(made, made.total(), held.total(), type(held) is app.Point, held == app.Point(5), app.Point.__match_args__)
    print(app.Point.__annotations__["y"].__name__, app.Point.__slots__, hasattr(made, "__dict__"), app.Point.limit)
