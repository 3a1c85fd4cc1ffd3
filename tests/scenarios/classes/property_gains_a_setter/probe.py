def hold(app):
    return app.Thermometer()


def probe(app, held):
    held.celsius = 20
    try:
        held.kelvin = 300
        print("set", held.celsius)
    except AttributeError:
        print("read only", held.kelvin)
