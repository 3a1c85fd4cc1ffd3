def hold(app):
    return app.work, app.Box()


def probe(app, held):
    work, box = held
    print(work(), work.__defaults__, work.__doc__, box.get(), box.size, hasattr(box, "added"))
    print(app.LIMIT, hasattr(app, "ADDED"), hasattr(app, "WRONG"))
