def probe(app, held):
    print([getattr(app, name, None) for name in ("level", "mode", "size", "kind", "depth", "count", "total")])
    print([hasattr(app, name) for name in ("show", "help_text")], hasattr(app.Box, "colour"))
