import types


def probe(app, held):
    for one in (app.Point, app.Fixed, app.Plain, app.Around.Inner, app.Below):
        print(one)
        for name, value in sorted(vars(one).items()):
            # The embedded interpreter keeps a function for the annotations of a class, and `__replace__` is there since
            # 3.13.
            if isinstance(value, types.FunctionType) and not name.startswith(("__annotate", "__replace__")):
                print(name, value.__module__, value.__qualname__, value.__globals__ is vars(app))
