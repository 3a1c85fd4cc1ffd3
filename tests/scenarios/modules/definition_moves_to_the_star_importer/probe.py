def hold(app):
    return app.Shelf(), app.count


def probe(app, held):
    import parts

    print(app.Shelf().total([1]), app.count([1, 2, 3]))
    print(held[0].total([1]), held[1]([1, 2, 3]))
    print(type(held[0]) is app.Shelf, sorted(set(vars(parts)) & {"Shelf", "count"}))
    print(app.Shelf.__module__, app.count.__module__)
