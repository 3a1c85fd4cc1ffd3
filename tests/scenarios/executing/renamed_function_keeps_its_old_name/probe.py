def find(app):
    return app.toil if hasattr(app, "toil") else app.work


def hold(app):
    return find(app)


def probe(app, held):
    print(held(2), held.__code__.co_name, "__main__" == held.__module__)
