def probe(app, held):
    names = "json", "text", "pi", "tau", "gone", "kept", "also_gone"
    print([name for name in names if hasattr(app, name)], round(app.use(), 2))
