def hold(app):
    return {value for value in vars(app).values() if getattr(value, "__module__", None) == "parts"}


def probe(app, held):
    for name in sorted(vars(app)):
        value = vars(app)[name]
        if getattr(value, "__module__", None) == "parts":
            print(name, value.__qualname__)
    print(sorted(value.__qualname__ for value in held))
