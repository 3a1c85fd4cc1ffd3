def probe(app, held):
    print(sorted(name for name in vars(app) if name.startswith(("work", "stays"))))
    print(app.stays())
