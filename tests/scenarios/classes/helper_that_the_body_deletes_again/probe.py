def probe(app, held):
    for name in ("__setitem__", "__delitem__", "update", "clear"):
        method = getattr(app.Frozen, name)
        print(name, getattr(method, "__qualname__", method))
    print(hasattr(app.Frozen, "_refuse"), hasattr(app.Shape, "_side"))
    print(app.Shape.area, getattr(app.Shape, "border", None))
