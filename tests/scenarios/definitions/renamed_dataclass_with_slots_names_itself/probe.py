def find(app):
    return getattr(app, "Settings", None) or app._Settings


def hold(app):
    return find(app), find(app)("localhost")


def probe(app, held):
    cls, instance = held
    now = find(app)
    cells = now.__setattr__.__closure__ or ()
    names = [cell.cell_contents.__qualname__ for cell in cells if isinstance(cell.cell_contents, type)]
    print(now.__name__, now.__doc__, now.__setattr__.__qualname__, names)
    print(cls is now, instance)
