def hold(app):
    first, second = app.outer(1, 20, 300), app.outer(4, 50, 600)
    return first, second, first[1]


def probe(app, held):
    first, second, inner = held
    for show, inner, loses, swaps, sets in (first, second, app.outer(1, 2, 3)):
        sets(0)
        print(show(), inner(2), loses(3), list(swaps()), inner.__code__.co_freevars)
    print(inner is held[2], first[1] is held[2])
