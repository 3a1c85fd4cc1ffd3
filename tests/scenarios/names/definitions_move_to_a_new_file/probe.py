def hold(app):
    app.Cart.made.clear()
    app.taxed.__defaults__[0].clear()
    cart = app.Cart([5])
    return cart, cart.total, app.Cart, app.Big([5]), app.Small([5]), app.Cart.Item(), app.Point(1), app.taxed, app.numbers


def probe(app, held):
    cart, total, Cart, big, small, item, point, taxed, numbers = held
    print(total(), cart.total(), big.total(), small.total(), item.where(), point.where(), list(numbers(2)))
    print(Cart is app.Cart is app.shop.Cart, type(big) is app.Big, type(point) is app.shop.Point, Cart.__module__)
    print(point == app.Point(1), isinstance(app.Cart.Item(), type(item)), app.Point.__module__, len(Cart.made))
    print([kind.__name__ for kind in Cart.__subclasses__()], [type(made).__name__ for made in app.Cart.made])
    # The default is the same list: each call counts.
    count = taxed(1)[1]
    print(taxed(1)[0], app.taxed(1)[1] - count, app.shop.taxed(1)[1] - count)
