def probe(app, held):
    print(app.use(), getattr(app, "__annotations__", {}), app.Box.__annotations__)
    print(sorted(set(vars(app)) & {"INDEX", "NAME"}), hasattr(app.Box, "colour"))
