import functools
import operator
import weakref


def hold(app):
    shape = app.Shape()
    return {
        "shape": shape,
        "bound": shape.area,
        "weak method": weakref.WeakMethod(shape.area),
        "partial": functools.partial(app.scale, 5),
        "partial method": functools.partial(app.Shape.area, shape),
        "container": ({"list": [app.scale]},),
        "closure": (lambda kept: lambda: kept(1))(app.scale),
        "default": lambda kept=app.scale: kept(1),
        "iterator": iter([app.scale]),
        "compose": functools.reduce(lambda f, g: lambda n: f(g(n)[1]), [app.scale, app.scale]),
        "attribute": operator.methodcaller("area"),
    }


def probe(app, held):
    shape = held["shape"]
    print(held["bound"](), held["weak method"]()(), held["partial method"](), shape(), shape.area())
    print(held["attribute"](shape))
    print(held["partial"](), app.TRIPLE(1), held["container"][0]["list"][0](1))
    print(held["closure"](), held["default"](), held["compose"](3))
    print(app.CALLBACKS["nested"][0][0](1), app.CALLBACKS["nested"][0][1]["deep"](1))
    print([f(1) for f in [held["iterator"].__reduce__()[1][0][0]]])
