def probe(app, held):
    print(app.TITLE, app.LOUD, app.LATER, [name for name in ("NOT_LISTED", "ADDED") if hasattr(app, name)])
