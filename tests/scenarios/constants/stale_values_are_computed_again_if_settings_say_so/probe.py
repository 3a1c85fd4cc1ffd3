def hold(app):
    app.kept_by_hand = "by hand"
    app.registry["mine"] = 1
    app.pairs["mine"] = 2
    return app.Shelf(), app.area, app.registry


def probe(app, held):
    shelf, area, registry = held
    print(app.regex.pattern, app.biggest, app.table, app.doubled, app.dotted, app.changed_by_hand)
    print(app.kept.name, app.Shelf.sizes, app.Shelf.first.name, shelf.find("b"), area(), app.area())
    print(app.handlers["rate"].name, app.handlers["use"] is app.handle, app.handle(), end=" ")
    print(app.registry is registry, registry["handle"] is app.handle, sorted(registry), app.pairs["mine"])
    print(app.functions[0](), app.functions[1])
