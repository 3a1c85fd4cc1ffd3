def hold(app):
    return app.Color.RED


def probe(app, held):
    print(held is app.Color.RED, list(app.Color), app.Color(2), app.Color["GREEN"], hasattr(app.Color, "BLUE"))
