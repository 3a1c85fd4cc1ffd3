def hold(app):
    return app.first, app.Box().put


def probe(app, held):
    first, put = held
    print([str(parameter) for parameter in first.__type_params__], first is app.first)
    print([str(parameter) for parameter in put.__type_params__])
    print({name: str(kind) for name, kind in first.__annotations__.items()})
    print(first({0: 1} if len(first.__type_params__) == 2 else [1]))
    print(put("item", "note") if len(put.__type_params__) == 2 else put("item"))
