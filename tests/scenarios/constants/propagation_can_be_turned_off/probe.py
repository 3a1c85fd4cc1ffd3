import base


def probe(app, held):
    print(app.SIZE, app.AREA, base.SIZE)
