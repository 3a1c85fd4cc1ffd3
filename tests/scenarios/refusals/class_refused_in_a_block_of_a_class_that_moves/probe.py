def probe(app, held):
    part = (app.Whole if hasattr(app, "Whole") else app.Around.Whole).Part
    print(part.__bases__, part.__qualname__, part.size.__qualname__, part.size.__code__.co_firstlineno)
