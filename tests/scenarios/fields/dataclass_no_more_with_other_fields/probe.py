import sys


def hold(app):
    return app.Cart


def annotations(cls):
    return sorted(cls.__annotations__ if sys.version_info >= (3, 14) else vars(cls).get("__annotations__", {}))


def probe(app, held):
    print(app.Cart is held, hasattr(app, "dataclass"), annotations(app.Cart))
    print([name for name in ("__init__", "__eq__", "__repr__", "__dataclass_fields__") if name in vars(app.Cart)])
    print(app.Cart.owner, getattr(app.Cart, "items", None), getattr(app.Cart, "limit", None), app.Cart().tell())
