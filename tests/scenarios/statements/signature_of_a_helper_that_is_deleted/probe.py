def probe(app, held):
    print(hasattr(app, "_failing"), Node_new(app).__annotations__)
    try:
        app.Node()
    except TypeError as error:
        print(error)


def Node_new(app):
    return app.Node.__dict__["__new__"].__func__
