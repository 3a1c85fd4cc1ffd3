def hold(app):
    return app.value, app.Math()


def probe(app, held):
    value, math = held
    print(value(1), app.value(2), math.static(3), app.Math.static(4), math.prop)
