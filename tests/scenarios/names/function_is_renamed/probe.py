NAMES = ("total_of", "sum_of"), ("describe", "words_of"), ("countdown", "count_from")


def find(app):
    return [getattr(app, new, None) or getattr(app, old) for old, new in NAMES]


def hold(app):
    total, words, count = find(app)
    return total, words, count, (lambda items: total(items))


def probe(app, held):
    print([hasattr(app, name) for names in NAMES for name in names], app.report(["a", "bc"]))
    for function in held[:3]:
        print(function.__name__, function.__qualname__, function.__code__.co_name)
    print(held[0](["a"]), held[1](["b", "a"]), held[2](2), held[3](["abc"]))
    print([a is b for a, b in zip(held, find(app))], held[1].__wrapped__.__name__)
    print(app.keep.__globals__["kept"][-1] is find(app)[0])
