def lines(code):
    yield code.co_firstlineno
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from lines(constant)


def hold(app):
    return app.Other()


def probe(app, held):
    # Up to 3.11 a comprehension has a code object of its own.
    print(sorted(set(lines(app.f.__code__))), sorted(set(lines(held.method.__func__.__code__))))
    print(getattr(app.Other, "__firstlineno__", None) in (None, app.Other.method.__code__.co_firstlineno - 1))
    made = app.make()
    line = app.make.__code__.co_firstlineno + 1
    print(line, getattr(made, "__firstlineno__", line) - line)
