import typing


def hold(app):
    place = app.place
    return place.Point(1), place.Color.RED, place.Pair(1), place.Missing()


def probe(app, held):
    point, red, pair, missing = held
    place = app.place
    print(point.moved(1), point == place.Point(1), type(point) is place.Point, point.__init__.__globals__["__name__"])
    print(red.told(), red is place.Color.RED, place.Color(1) is red, type(red).__module__)
    print(pair.told(), type(pair) is place.Pair, pair._replace(one=3))
    try:
        raise place.Missing
    except type(missing) as error:
        print(type(error).__module__)
    quoted = place.Settings.__annotations__["missing"]
    print(getattr(quoted, "__forward_module__", None), typing.get_type_hints(place.Settings)["missing"] is type(missing))
