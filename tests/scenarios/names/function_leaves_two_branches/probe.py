def hold(app):
    return app.described, app.short, app.loaded


def probe(app, held):
    described, short, loaded = held
    print("app", app.described(1), app.short(1), app.loaded("it"))
    print("held", described(1), short(1), loaded("it"))
    print("CALLS", app.CALLS["described"](1), app.CALLS["loaded"]("it"))
    print(app.described.__code__.co_firstlineno, app.loaded.__code__.co_firstlineno)
