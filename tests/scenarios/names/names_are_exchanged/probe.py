def by_kind(place, *names):
    """The class and the function of these names, whichever is which."""
    values = [vars(place)[name] for name in names]
    return sorted(values, key=lambda value: not isinstance(value, type))


def of(app):
    basket, function = by_kind(app, "orders", "Basket")
    label, method = by_kind(basket, "Label", "print")
    return function, basket(), label(), method


def hold(app):
    return of(app)


def probe(app, held):
    for function, basket, label, method in held, of(app):
        print(function.__qualname__, function(1, 2), method.__qualname__, method(basket, 3))
        print(type(basket).__qualname__, basket.fill(2), type(label).__qualname__, label.shown(3))
    print(held[0] is function, type(held[1]) is type(basket), type(held[2]) is type(label), held[3] is method)
