def lines(code):
    yield code.co_name, code.co_firstlineno
    for const in code.co_consts:
        if hasattr(const, "co_code"):
            yield from lines(const)


def hold(app):
    return app.count


def probe(app, held):
    # The scopes of annotations are there since 3.14.
    found = list(lines(held.__code__))
    print([pair for pair in found if pair[0] != "__annotate__"])
    print(all(line >= held.__code__.co_firstlineno for name, line in found))
    print(held()[0].__annotations__, held()[1].total.__annotations__)
