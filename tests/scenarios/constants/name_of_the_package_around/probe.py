def probe(app, held):
    print(app.shop.limit, app.shop.cart.limit, app.shop.cart.twice)
