def hold(app):
    return app.Cache().link()


def probe(app, held):
    link = app.Cache().link()
    print(link.unlink(), type(link).__qualname__, sorted(type(link).__slots__), hasattr(app, "Link"))
    # An instance keeps the layout, and with it the class, that it was made with.
    print(held.unlink()[0])
