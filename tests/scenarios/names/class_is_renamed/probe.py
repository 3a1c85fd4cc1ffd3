def find(app):
    return getattr(app, "Basket", None) or app.Cart, getattr(app, "Place", None) or app.Point


def hold(app):
    cart, point = find(app)
    return cart, point, cart(["ab"]), point(1, 2), app.Special(["abc"]), cart(["x"]).total, cart.Line()


def probe(app, held):
    print([hasattr(app, name) for name in ("Cart", "Basket", "Point", "Place")])
    cart, point = find(app)
    print(held[0] is cart, held[1] is point, isinstance(held[2], cart), isinstance(cart.empty(), held[0]))
    print(cart.__name__, cart.__qualname__, cart.total.__qualname__, cart.first.fget.__qualname__, cart.empty.__qualname__)
    print(cart.Line.__qualname__, cart.Line.text.__qualname__, held[6].text(), cart.__doc__)
    print(held[2].total(), held[4].total(), held[5](), held[5].__qualname__)
    print(held[3], held[3].added(point(3, 4)), held[3] == point(1, 2), point.__init__.__qualname__.replace("__create_fn__.<locals>", point.__name__))
    codes = [constant for constant in cart.total.__code__.co_consts if hasattr(constant, "co_name")]
    print([getattr(code, "co_qualname", "none") for code in codes][0].replace("none", cart.__name__ + ".total.<locals>.cost"))
