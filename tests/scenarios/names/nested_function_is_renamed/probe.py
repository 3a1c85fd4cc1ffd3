def hold(app):
    return [app.maker(0)]


def probe(app, held):
    fresh = app.maker(0)
    print(held[0].__name__, held[0].__qualname__, held[0].__code__.co_name, fresh.__qualname__)
    held[0].__closure__[0].cell_contents = 100
    print(held[0](), fresh())
