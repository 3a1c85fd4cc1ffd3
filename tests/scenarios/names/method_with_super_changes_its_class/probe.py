def find(app):
    return app.Other if hasattr(app.Other, "told") else app.Below


def hold(app):
    return find(app).told


def probe(app, held):
    owner = find(app)
    print(held is owner.told, held.__qualname__, held(owner(), "!"), owner().told())
