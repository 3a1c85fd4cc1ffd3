def hold(app):
    return app.Table()


def probe(app, held):
    print([getattr(app.Table, name, None) and name for name in ("owner", "size", "rows")], app.Table.size)
    print(getattr(held, "owner", None), getattr(held, "rows", None) and held.rows())
    print(app.Store.kind, getattr(app.Store.Options, "depth", None), getattr(app, "limit", None))
    print(getattr(app, "helper", None) and app.helper())
    print(app.registered)
