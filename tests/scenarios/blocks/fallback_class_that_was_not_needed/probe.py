import builtins


def probe(app, held):
    print(app.NAME, app.TimeoutError is builtins.TimeoutError)
