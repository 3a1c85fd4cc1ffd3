def hold(app):
    return app.Safe(), app._Under()


def probe(app, held):
    safe, under = held
    print(safe.open(), safe.use(), under.get())
    print(sorted(name for name in vars(app.Safe) if not name.startswith("__")), sorted(vars(app._Under))[:2])
