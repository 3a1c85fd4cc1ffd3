def annotations(cls):
    return sorted((name, getattr(kind, "__name__", None) or "other") for name, kind in cls.__annotations__.items())


def probe(app, held):
    print(getattr(app.Base, "size", None), [name for name in ("make", "name", "gone") if name in app.Child.__annotations__])
    print(annotations(app.Child)[-1], "size" in getattr(app.Base, "__annotations__", {}))
