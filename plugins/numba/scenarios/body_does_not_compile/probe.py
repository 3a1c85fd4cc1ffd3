import numba


def hold(app):
    return app.rate, app.total


def probe(app, held):
    for jitted in held:
        try:
            print(jitted(1))
        except numba.TypingError:
            print("TypingError")
    print(app.declared(1))
