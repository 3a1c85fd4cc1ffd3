def hold(app):
    return app.Box(), app.Colour, app.shown


def probe(app, held):
    box, colour, shown = held
    print(app.label(box), app.shown(app.Box()), shown(box))
    print(type(box) is app.Box, colour is app.Colour, app.Box.__module__, app.Colour.__module__)
    print([hasattr(app.shapes, name) for name in ("Box", "Colour", "shown")])
