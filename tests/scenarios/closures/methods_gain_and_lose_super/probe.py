def hold(app):
    child = app.Grandchild()
    return child, child.greet, app.Child.make, app.Child.greet, vars(app.Child)["greet"]


def probe(app, held):
    child, greet, make, plain, function = held
    print(greet(), child.greet(), app.Child().greet(), plain(child), child.kind())
    print(make(), app.Grandchild.make(), child.size, app.Child().size, child.names())
    print(function is vars(app.Child)["greet"], function.__code__.co_freevars, app.Child.kind.__closure__ is None)
