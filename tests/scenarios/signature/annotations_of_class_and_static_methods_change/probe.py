def hold(app):
    return app.Shop.open, app.Shop.total, app.Shop.close


def probe(app, held):
    for method in held:
        print(method.__annotations__, method.__doc__)
    for name in ("open", "total", "close"):
        wrapper = vars(app.Shop)[name]
        print(name, wrapper.__func__.__annotations__, getattr(wrapper, "__annotations__", wrapper.__func__.__annotations__))
        print(wrapper.__func__.__doc__)
