def hold(app):
    app.Cart.made.clear()
    cart = app.Cart([5])
    return cart, cart.total, app.Cart, app.taxed, cart.Item()


def probe(app, held):
    cart, total, Cart, taxed, item = held
    print(app.total(), app.Cart.__module__, app.taxed.__module__, app.Cart is getattr(app.new, "Cart", None))
    # Who holds the class has the class, who holds a function has its new code.
    print(type(cart) is app.Cart, Cart is app.Cart, total(), cart.total(), cart.rate, Cart.of(7).total())
    print(taxed(100), item.rate(), type(item) is app.Cart.Item, type(item).__module__)
    # Statements that did not change did not run again.
    print(type(cart).made[:1], Cart.made is app.Cart.made)
    # Since 3.13 a class knows its line.
    first = Cart.__init__.__code__.co_firstlineno
    print(first - getattr(Cart, "__firstlineno__", first - 3))
