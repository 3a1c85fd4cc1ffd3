def hold(app):
    class Below(app.Point):
        pass

    return app.Point(1), Below(2), app.Slotted(), app.Unchanged(), app.Unchanged()


def probe(app, held):
    print(vars(app.Point(3)), hasattr(app.Slotted(), "b"), vars(app.Unchanged()))
