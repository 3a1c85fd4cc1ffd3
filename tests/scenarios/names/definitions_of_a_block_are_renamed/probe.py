def now(app, *names):
    found = [name for name in names if hasattr(app, name)]
    return found, getattr(app, found[0])


def hold(app):
    total, fallback = now(app, "total", "sum_up")[1], now(app, "Fallback", "Replacement")[1]
    shop = app.Shop()
    return total, fallback, fallback(), now(shop, "open", "unlock")[1]


def probe(app, held):
    total, fallback, instance, method = held
    names, function = now(app, "total", "sum_up")
    print(names, function is total, total.__name__, total.__qualname__, total([1, 2], 3))
    names, cls = now(app, "Fallback", "Replacement")
    print(names, cls is fallback, isinstance(instance, cls), cls.__qualname__, cls.two.__qualname__, instance.two())
    names, bound = now(app.Shop(), "open", "unlock")
    print(names, bound.__func__ is method.__func__, method.__qualname__, method("front", "gold"))
    print(sorted(name for name in vars(app) if not name.startswith("__")))
