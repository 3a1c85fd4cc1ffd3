def hold(app):
    app.kept_by_hand = "by hand"
    return app.Shelf(), app.area


def probe(app, held):
    shelf, area = held
    print(app.regex.pattern, app.biggest, app.table, app.doubled, app.dotted, app.changed_by_hand)
    print(app.kept.name, app.Shelf.sizes, app.Shelf.first.name, shelf.find("b"), area(), app.area())
    print(app.functions[0](), app.functions[1])
