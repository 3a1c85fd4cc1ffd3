def probe(app, held):
    names = [name for name in ("OLD", "NEVER", "never", "added", "Nothing", "Decimal") if hasattr(app, name)]
    print(app.LIMIT, app.where, app.Place.name, app.ran, names)
    print(hasattr(app, "added") and app.added())
