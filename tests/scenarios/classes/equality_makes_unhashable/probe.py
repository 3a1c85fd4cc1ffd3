def hold(app):
    return app.Point(1), app.Point(1)


def probe(app, held):
    one, other = held
    print(one == other, app.Point.__hash__ is None)
    try:
        hash(one)
        print("hashable")
    except TypeError:
        print("unhashable")
