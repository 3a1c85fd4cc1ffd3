import typing


def hold(app):
    return app.scale, app.show


def probe(app, held):
    scale, show = held
    print(scale(2), app.scale(2), scale is app.scale)
    print([show(value) for value in (1, 1.5, "s", None)], app._(1))
    print(typing.overload(probe) is probe)
