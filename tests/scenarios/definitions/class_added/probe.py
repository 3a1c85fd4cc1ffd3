def probe(app, held):
    print(app.Base.known, getattr(app, "use", str)())
    added = getattr(app, "Added", None)
    print(added and (added.__module__, added.__qualname__, added.__doc__, added.__mro__[1].__name__))
