def hold(app):
    return app.Right.READ | app.Right.WRITE


def probe(app, held):
    print(list(app.Right), (~app.Right.READ).value, held.value, held is app.Right.READ | app.Right.WRITE)
    print((held | list(app.Right)[-1]).value, app.Right(3) is held, isinstance(held, app.Right))
