def hold(app):
    return app.Model()


def probe(app, held):
    print(held.title, getattr(held, "count", None), vars(app.Model)["title"].name)
