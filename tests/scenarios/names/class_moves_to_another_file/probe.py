def probe(app, held):
    print(app.total(), app.Cart.__module__, app.taxed.__module__, app.Cart is getattr(app.new, "Cart", None))
