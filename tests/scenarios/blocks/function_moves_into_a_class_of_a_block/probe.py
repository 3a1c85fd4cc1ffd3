def probe(app, held):
    for name in ("price", "weight", "shout", "Trace"):
        print(name, hasattr(app, name))
    for owner in (app.Quiet, app.Left, app.Right):
        methods = {name: value for name, value in vars(owner).items() if not name.startswith("__")}
        print(owner.__name__, {name: (it.__qualname__, it.__code__.co_firstlineno) for name, it in methods.items()})
