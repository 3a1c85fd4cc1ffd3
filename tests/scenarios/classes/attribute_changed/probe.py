def hold(app):
    changed = app.Special()
    changed.names = "of the instance"
    return app.Special(), changed, app.Settings


def probe(app, held):
    instance, changed, cls = held
    print(instance.size, instance.names, instance.limit, changed.names, app.Settings.limit, cls is app.Settings)
    print({name: kind.__name__ for name, kind in app.Settings.__annotations__.items()})
