def hold(app):
    return app.Box, app.Box()


def probe(app, held):
    cls, box = held
    print(cls is app.Box, cls.__type_params__, cls.__parameters__, [base.__name__ for base in cls.__bases__], cls.__orig_bases__)
    print(cls.__type_params__[-1].__bound__, cls[(int,) * len(cls.__type_params__)], box.put(1), app.Pair.__type_params__)
    print(isinstance(box, app.Base), app.Pair[(int,) * len(app.Pair.__parameters__)])
