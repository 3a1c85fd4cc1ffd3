def hold(app):
    return app.first.name, app.second.Box()


def probe(app, held):
    for module in app.first, app.second:
        print(module.name(), module.Box.size, hasattr(module, "added"))
    print(held[0](), held[1].size)
