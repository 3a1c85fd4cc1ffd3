def hold(app):
    return app.Hold(5), app.Kept()


def probe(app, held):
    for hold in (held[0], app.Hold(5)):
        print(hold.shown(), hasattr(hold, "leave") and hold.leave(), getattr(hold, "double", None))
        hold.level = 5
    print([kept.close() for kept in (held[1], app.Kept())], repr(held[1]))
