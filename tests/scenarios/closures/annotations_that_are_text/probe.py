def hold(app):
    return app.brackets


def probe(app, held):
    print(app.brackets.__annotations__, held(None, 1), app.maker("(", ")").__annotations__ == held.__annotations__)
    print(app.braces.__annotations__ is app.brackets.__annotations__, app.braces.__defaults__)
