def hold(app):
    return app.Pair, app.Options, app.Small, app.Small()


def probe(app, held):
    pair, options, small, one = held
    fields = pair._fields
    made = pair(*range(len(fields)))
    print(made, made.total(), pair._field_defaults, pair._make(range(len(fields))), made._replace(left=50), made.left)
    print(pair is app.Pair, options is app.Options, small is app.Small, pair.__doc__)
    print(options.__annotations__, sorted(options.__optional_keys__), options(name="x"))
    one.a = 5
    print(type(small.__slots__).__name__, sorted(small.__slots__), one.a)
    del made
