import types


def nested(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from nested(const)


def in_file(app):
    """The code objects of the file as it is on disk, by name and place among those of that name."""
    with open(app.__file__) as file:
        module = compile(file.read(), app.__file__, "exec")
    return {(code.co_name, code.co_firstlineno): code for code in nested(module)}


def probe(app, held):
    fresh = in_file(app)
    for live in app.same, app.changed, app.Thing.method, app.Thing.Inner.deep:
        for code in nested(live.__code__):
            other = fresh.get((code.co_name, code.co_firstlineno))
            equal = other and list(other.co_positions()) == list(code.co_positions()) and list(other.co_lines()) == list(code.co_lines())
            # 3.12 and later run a comprehension in the frame of its function.
            if code.co_name != "<listcomp>" or not equal:
                print(code.co_name, code.co_firstlineno, equal)
