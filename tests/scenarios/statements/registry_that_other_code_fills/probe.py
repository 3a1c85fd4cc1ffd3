def probe(app, held):
    for name in ("known", "handlers", "seen", "groups", "empty", "numbers"):
        value = getattr(app, name)
        print(name, type(value).__name__, len(value))
    print(app.Locale.cache)
