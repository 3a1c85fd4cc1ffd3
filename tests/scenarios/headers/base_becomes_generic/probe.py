def probe(app, held):
    for name in ("Base", "Timed", "Both", "Pair"):
        cls = getattr(app, name)
        print(name, getattr(cls, "__parameters__", None), [base.__name__ for base in cls.__mro__])
    print(getattr(app.Both, "__orig_bases__", None))
