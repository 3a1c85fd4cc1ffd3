def hold(app):
    return getattr(app.helpers, "work", None) or app.work


def probe(app, held):
    print(held(2), hasattr(app.helpers, "work"))
