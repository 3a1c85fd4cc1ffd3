def probe(app, held):
    print(app.price is app.lib.price, app.price("tea"), app.price.cache_info().maxsize)
