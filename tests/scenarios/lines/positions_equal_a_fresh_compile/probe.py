import types


def codes(app):
    found = [app.same.__code__, app.changed.__code__, app.Thing.method.__code__, app.Thing.Inner.deep.__code__]
    for code in found:
        found.extend(const for const in code.co_consts if isinstance(const, types.CodeType))
    return found


def probe(app, held):
    for code in codes(app):
        positions = [position for position in code.co_positions() if None not in position]
        print(code.co_name, code.co_firstlineno, len(positions), hash(tuple(positions)) % 100003)
