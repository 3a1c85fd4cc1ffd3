import dataclasses


def hold(app):
    return app.Point(*range(len(dataclasses.fields(app.Point))))


def probe(app, held):
    print([field.name for field in dataclasses.fields(app.Point)], held.x, type(held) is app.Point)
