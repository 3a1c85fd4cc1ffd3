def hold(app):
    gone, cls = getattr(app, "gone", None), getattr(app, "Gone", None)
    return (gone, cls().method) if gone else (lambda: "gone still works, and calls " + app.kept(), lambda: "method of a deleted class")


def probe(app, held):
    print(hasattr(app, "gone"), hasattr(app, "Gone"), app.kept())
    print([function() for function in held])
