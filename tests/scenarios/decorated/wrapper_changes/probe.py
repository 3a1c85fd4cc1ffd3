def hold(app):
    return app.hello, app.Robot().speak


def probe(app, held):
    hello, speak = held
    print(hello(), app.hello(), app.bye("you"), speak(), app.Robot().speak())
