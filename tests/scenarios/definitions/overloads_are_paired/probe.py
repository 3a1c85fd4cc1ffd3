def hold(app):
    return app.Box()


def probe(app, held):
    print(app.convert(1), app.show(1.5), app.show(1), app.show("a"), held.size)
    held.size = 3
    print(held.stored)
    del held.size
    print(held.stored)
