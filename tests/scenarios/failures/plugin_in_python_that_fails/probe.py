def hold(app):
    return app.Shelf(), app.price


def probe(app, held):
    shelf, price = held
    print(app.Shelf.width, shelf.size(), price(10), app.Shelf.mark)
