def hold(app):
    child = app.Child()
    return child, child.greet, app.Child.make


def probe(app, held):
    child, greet, make = held
    print(greet(), child.greet(), make(), app.Child.make())
    print(child.added() if hasattr(child, "added") else None)
