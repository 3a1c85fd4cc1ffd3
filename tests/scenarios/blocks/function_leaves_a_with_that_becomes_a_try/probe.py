def hold(app):
    return app.work


def probe(app, held):
    for owner in (app, app.Box):
        work = getattr(owner, "work", None)
        print(owner.__name__, work and (work(1), work.__qualname__, work.__code__.co_firstlineno))
    print(held(2))
