def hold(app):
    return {"render": app.render, "plain": app.render.plain}


def probe(app, held):
    print(app.page("x"), app.render is held["render"], held["plain"]("y"), app.render.__file__.rpartition("render")[2])
    print(hasattr(app.render, "__path__"), app.render.plain is held["plain"], app.render.plain.__code__.co_filename.rpartition("render")[2])
