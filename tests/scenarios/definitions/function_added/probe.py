def probe(app, held):
    for name in "zeroth", "first", "second", "constant":
        function = getattr(app, name, None)
        print(name, function and (function(), function.__module__, function.__qualname__, function.__doc__))
