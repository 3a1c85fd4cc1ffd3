def hold(app):
    return app.value, app.numbers, app.chosen, app.alone, app.Box().size


def probe(app, held):
    value, numbers, chosen, alone, size = held
    print("app", app.value(1), list(app.numbers(1)), app.chosen(1), app.alone(1), app.Box().size())
    print("held", value(1), list(numbers(1)), chosen(1), alone(1), size())
    print("table", [made(1) for made in app.TABLE])
