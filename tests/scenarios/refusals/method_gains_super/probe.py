def hold(app):
    child = app.Child()
    return child, child.greet


def probe(app, held):
    child, greet = held
    print(greet(), child.greet(), app.Child().greet(), child.kind())
