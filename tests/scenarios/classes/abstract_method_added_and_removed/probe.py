def hold(app):
    return app.Tube()


def probe(app, held):
    for cls in app.Shape, app.Round, app.Disc, app.Tube:
        try:
            made = type(cls()).__name__
        except TypeError:
            made = "abstract"
        print(cls.__name__, made, sorted(cls.__abstractmethods__))
    print(type(held) is app.Tube, held.area(), held.length())
