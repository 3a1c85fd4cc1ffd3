def hold(app):
    return {"thing": app.Thing}


def probe(app, held):
    print(app.kept.show(), held["thing"]().show(), app.Thing().size, held["thing"] is app.Thing)
