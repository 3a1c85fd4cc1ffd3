import inspect
import sys


def hold(app):
    return app.Point, app.Named, [app.Point(1), app.Point(2, 3)], app.Named(4, 5, name="n")


def annotations(cls):
    return dict(cls.__annotations__ if sys.version_info >= (3, 14) else vars(cls).get("__annotations__", {}))


def probe(app, held):
    point, named, points, one = held
    print(app.Point is point, app.Named is named)
    for cls in app.Point, app.Named:
        print(cls.__name__, inspect.signature(cls), list(cls.__maker_fields__), cls.__init__.__qualname__)
        print(sorted(annotations(cls)), getattr(cls, "y", None), getattr(cls, "z", None), getattr(cls, "unit", None))
    print([it.where() for it in points], one.where(), one.name)
    given = {"weight": 1.5} if "weight" in app.Point.__maker_fields__ else {}
    print(app.Point(9, **given).where(), app.Named(9, **given).where(), app.Named(9, **given).name, one.kind())
    print([it.__name__ for it in app.Point.__subclasses__()], app.Point.again(one) if hasattr(point, "again") else None)
    print([sorted(vars(it)) for it in points], sorted(vars(one)))
    print(app.price(10))
