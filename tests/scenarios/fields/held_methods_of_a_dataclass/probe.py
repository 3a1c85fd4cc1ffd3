def hold(app):
    return {"repr": app.Point.__repr__, "bound": app.kept.__repr__, "eq": app.Point.__eq__, "init": app.Point.__init__}


def probe(app, held):
    print(held["repr"](app.kept), held["bound"](), held["eq"](app.Point(1), app.Point(1)))
    made = object.__new__(app.Point)
    held["init"](made, 1, 2)
    print(made, held["init"] is app.Point.__init__, held["eq"] is app.Point.__eq__, sorted(held["init"].__annotations__))
