def hold(app):
    return app.tag, app.Page().section, app.tag("opened before")


def probe(app, held):
    tag, section, _ = held
    with tag("a") as a, app.tag("b") as b, section() as c:
        print(a, b, c)
