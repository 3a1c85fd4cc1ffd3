def hold(app):
    return None


def probe(app, held):
    print(sorted(n for n in vars(app) if not n.startswith("_")), [b.__name__ for b in app.Rack.__mro__])
    if hasattr(app, "Shelf"):
        print(app.Shelf().total(), app.Rack().total(), app.Rack.__bases__ == (app.Shelf,))
