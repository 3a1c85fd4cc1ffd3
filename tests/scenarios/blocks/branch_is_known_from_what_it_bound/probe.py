def probe(app, held):
    names = ("mode", "colour", "size", "name", "number", "is_two", "also")
    print([getattr(app, name, None) for name in names])
    print(app.shape(), app.Box.size, getattr(app.Box, "name", None))
