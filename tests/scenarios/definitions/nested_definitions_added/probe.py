def hold(app):
    return app.outer, app.Holder.Nested()


def probe(app, held):
    outer, nested = held
    print(outer(), nested.method() if hasattr(nested, "method") else None)
    print(getattr(getattr(app.Holder.Nested, "Deep", None), "__qualname__", None))
