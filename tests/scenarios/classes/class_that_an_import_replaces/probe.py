def probe(app, held):
    shape = app.Shape()
    print(shape.name(), hasattr(shape, "sides") and shape.sides(), hasattr(shape, "area"))
