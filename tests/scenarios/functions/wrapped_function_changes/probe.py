def hold(app):
    return app.double, app.Tool().use


def probe(app, held):
    double, use = held
    app.calls.clear()
    print(double(2), app.double(2), use(), app.Tool().use(), app.double.__wrapped__(2))
    print(app.calls, double is app.double)
