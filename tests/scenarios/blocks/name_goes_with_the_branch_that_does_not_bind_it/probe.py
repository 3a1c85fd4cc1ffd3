def probe(app, held):
    names = ("trace", "limit", "retries", "depth", "poll")
    print({name: getattr(app, name, "gone") for name in names if name not in ("trace", "poll")})
    print(hasattr(app, "trace"), hasattr(app, "poll"))
    print({name: hasattr(app.Box, name) for name in ("lid", "open", "close")})
