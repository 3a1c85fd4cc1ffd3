def hold(app):
    return next(value for value in vars(app).values() if isinstance(value, type))


def probe(app, held):
    width = vars(held.Size)["width"]
    print(held.__qualname__, held.Size.__qualname__, width.fget.__qualname__, width.fset.__qualname__)
