def probe(app, held):
    print(app.__doc__, app.rate, getattr(app, "limit", None), app.Shop.__doc__, app.Shop.name, app.Shop.size)
