def hold(app):
    return [app.Child(), app.GrandChild(), app.Square, app.Child]


def probe(app, held):
    child, grand, square, cls = held
    for it in child, grand, app.Child(), app.GrandChild():
        print(it.name(), isinstance(it, app.Child), isinstance(it, app.Hooked), hasattr(it, "added") and it.added(), getattr(it, "tag", None))
        print([cls.__name__ for cls in type(it).__mro__])
    print(square is app.Square, cls is app.Child, type(child) is app.Child, app.Tagged.tag)
    print(issubclass(square, app.Shape), sorted(getattr(square, "__abstractmethods__", ())), type(square).__name__)
    try:
        print(app.Square().side())
    except TypeError:
        print("abstract")
    print(app.Box(), app.Box(*"ab"), [base.__name__ for base in app.Box.__bases__])
    print(issubclass(app.GrandChild, app.Hooked))
