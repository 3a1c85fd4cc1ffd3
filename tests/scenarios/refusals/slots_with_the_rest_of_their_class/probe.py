def hold(app):
    return app.Small()


def probe(app, held):
    print(app.make(), held.sum(), hasattr(app.Small, "new"), app.Small.__slots__)
    # Its text has not changed, but its lines.
    print(held.line())
