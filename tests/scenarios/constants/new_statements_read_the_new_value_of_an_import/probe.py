def hold(app):
    return app.take, app.give


def probe(app, held):
    take, give = held
    print(app.LIMIT, app.stride, getattr(app, "leap", None), getattr(app, "half", None))
    print(take.__defaults__, take.__kwdefaults__, give.__defaults__, getattr(app, "Box", app).__dict__.get("size"))
