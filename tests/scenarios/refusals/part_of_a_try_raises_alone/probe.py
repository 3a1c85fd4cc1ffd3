def probe(app, held):
    names = ("no_such_module", "other", "HAS_FAST")
    print(app.string is None, app.fast is None, app.state, [getattr(app, name, None) for name in names])
