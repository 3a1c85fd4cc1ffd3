def probe(app, held):
    print(app.use(), vars(app).get("__annotations__") or {}, app.Box.__annotations__)
    print(sorted(set(vars(app)) & {"INDEX", "NAME", "__annotations__"}), hasattr(app.Box, "colour"))
