def find(app):
    names = ("show_all", "list_all"), ("length_of", "size_of")
    return [getattr(app, new, None) or getattr(app, old) for old, new in names]


def hold(app):
    return find(app)


def probe(app, held):
    show, length = find(app)
    name = "wares" if hasattr(app.Shop, "wares") else "goods"
    print(show([1]), length("ab"), length.__name__, length.__wrapped__.__qualname__, length is held[1])
    print(hasattr(app, "show_all"), hasattr(app, "length_of"), getattr(app.Shop(), name))
    print(getattr(vars(app.Shop)[name], "__name__", name), vars(app.Shop)[name].fget.__name__)
