def hold(app):
    return {"file": app.File(), "reads": app.Reads}


def probe(app, held):
    print(isinstance(held["file"], app.Reads), isinstance(held["file"], app.ReadsMore), held["reads"] is app.Reads)
    for kind in (app.Reads, app.ReadsMore):
        print(sorted(getattr(kind, "__protocol_attrs__", ())))
