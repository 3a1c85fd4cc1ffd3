def probe(app, held):
    cls = app.Shelf.Label
    print([base.__name__ for base in cls.__mro__], app.Shelf().label())
    print(app.Other.kind is cls, vars(app.Shelf)["Label"] is cls, app.Shelf.labels[0] is cls, app.Shelf.labels[1][0] is cls)
