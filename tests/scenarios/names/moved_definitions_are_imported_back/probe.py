def hold(app):
    return app.Square(), app.Round(), app.area, app.Shape


def probe(app, held):
    square, circle, area, Shape = held
    print(square.name(), circle.name(), area(3), app.area(3), app.old.area(3))
    print(app.Shape is app.old.Shape is Shape, isinstance(circle, Shape), type(square) is app.old.Square)
    print(Shape.kinds, [kind.__name__ for kind in Shape.__subclasses__()], Shape.__module__)
