def hold(app):
    show, counts = app.outer(3, 4)
    return show, counts, counts()


def probe(app, held):
    show, counts, waiting = held
    print(list(counts()), list(app.outer(5, 6)[1]()))
