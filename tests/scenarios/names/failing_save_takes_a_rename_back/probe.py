NAMES = ("Cart", "Basket", "taxed", "with_tax")


def hold(app):
    return app.Cart if hasattr(app, "Cart") else app.Basket, getattr(app, "taxed", None) or app.with_tax


def probe(app, held):
    cart, taxed = held
    print([hasattr(app, name) for name in NAMES], cart.__name__, cart.__qualname__, taxed.__name__)
    print([name for name in vars(cart) if name[0] != "_"], taxed(cart([1, 2])), app.LIMIT)
    print([it.__qualname__ for it in vars(cart).values() if hasattr(it, "__code__")])
