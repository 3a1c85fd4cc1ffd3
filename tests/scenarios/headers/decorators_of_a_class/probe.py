import dataclasses


def hold(app):
    return [app.Tagged(), app.Plain(), app.Point(1), app.Tagged, app.Point]


def probe(app, held):
    tagged, plain, point, *classes = held
    print(app.Tagged.tag, tagged.describe(), app.Tagged().describe(), tagged.method(), [app.Tagged, app.Point] == classes)
    print(hasattr(app.Untagged, "tag"), hasattr(app.Untagged, "describe"), getattr(app.Steady, "tag", None), plain.method())
    print(app.Ordered(1) < app.Ordered(2), "__le__" in vars(app.Ordered), "__gt__" in vars(app.Unordered), app.Unordered(1) < app.Unordered(3))
    print(point, repr(app.Point(3)), hash(app.Point) != 0, "__lt__" in vars(app.Point), app.Point.__dataclass_params__.frozen)
    try:
        point.x = 1
        print("set")
    except dataclasses.FrozenInstanceError as error:
        print(error)
    print(dataclasses.is_dataclass(app.Later), dataclasses.is_dataclass(app.Former), repr(app.Later())[:6], app.Former.x)
    print(type(vars(app.Later).get("tags")).__name__, "__init__" in vars(app.Former), app.Former.__hash__ is None)
    print([cls.__name__ for cls in app.Ordered.__subclasses__()])
