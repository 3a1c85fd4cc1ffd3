def hold(app):
    return app.Shop(), app.Shop().tax


def probe(app, held):
    shop, tax = held
    print(tax(1), shop.tax(2), shop.shipping(), shop.total)
