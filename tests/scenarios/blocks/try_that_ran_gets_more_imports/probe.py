def hold(app):
    return app.made


def probe(app, held):
    names = ("ascii_lowercase", "ascii_uppercase", "ALL", "MISSING", "octdigits", "octal", "shouted")
    print([getattr(app, name, None) for name in names])
    print(app.IS_TEXT, app.made, held is app.made)
