def hold(app):
    app.state.append("used")
    app.Box.items.append("used")
    return app.get, app.Box(), app.cached, app.marked


def probe(app, held):
    get, box, cached, marked = held
    print(app.get(), get(), box.name(), isinstance(box, app.Box), cached(), app.cached(), marked())
    print(app.size, app.last, app.marked.marked, app.state[:1], app.Box.items[:1] == ["used"])
