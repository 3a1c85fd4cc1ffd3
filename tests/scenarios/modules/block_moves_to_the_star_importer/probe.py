def probe(app, held):
    import parts

    print(app.store.__name__, app.load("[1]"), app.load.__module__)
    print(sorted(set(vars(parts)) & {"store", "load"}))
