def hold(app):
    return app.grow, app.Box, app.Box()


def probe(app, held):
    grow, box, instance = held
    print(app.AREA, app.NAMES, grow(), box.side, box.volume, instance.scaled(), box.unit())
    print(app.CHANGED, app.state)
