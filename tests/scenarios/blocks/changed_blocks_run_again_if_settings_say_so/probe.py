def hold(app):
    return app.shout


def probe(app, held):
    values = {number: app.values[number] for number in range(3)}
    print(values, app.name, app.shout(), held(), app.mode, app.same)
