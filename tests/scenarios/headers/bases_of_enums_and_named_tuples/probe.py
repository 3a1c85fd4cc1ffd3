def hold(app):
    return app.Color, app.Color.RED, app.Color.BLUE, app.Pair, app.pair, app.Size.SMALL


def probe(app, held):
    color, red, blue, pair, one, small = held
    print(app.Color is color, app.Color.RED is red, app.Color["BLUE"] is blue, app.Color(1) is red)
    print([it.__name__ for it in color.__mro__], [(it.name, it.value) for it in color])
    print(red.tell(), red.show() if hasattr(red, "show") else None, isinstance(red, app.Shown))
    print([it.__name__ for it in app.Pair.__mro__], app.Pair is pair, app.Pair._fields, one, one.total(), app.Pair(5))
    print([it.__name__ for it in app.Size.__mro__], app.Size.SMALL is small, type(small).__name__)
