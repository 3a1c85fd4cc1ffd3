def of(app):
    money, place = getattr(app, "Money", None) or app.Amount, getattr(app, "Place", None) or app.Location
    return money(1), place("here")


def hold(app):
    return of(app)


def probe(app, held):
    for money, place in held, of(app):
        print((money + money).amount, place.shown(), type(money), place)
        print(type(money).__radd__.__qualname__, type(place).shown.__qualname__, type(place)._replace.__qualname__)
    print([name for name in ("Money", "Amount", "Place", "Location") if hasattr(app, name)], type(place) is type(held[1]))
    for method in place.__new__, place._make, place._replace:
        print(method.__qualname__, method.__module__, method.__doc__)
    print(type(place).__doc__)
