def probe(app, held):
    print(app.work(), app.other(), [cls.__name__ for cls in app.Thing.__mro__], app.Thing().method() in ("old method", "new method"))
