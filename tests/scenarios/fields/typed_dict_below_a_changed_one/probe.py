def probe(app, held):
    for one in (app.Settings, app.Secure, app.Nested):
        types = {name: getattr(it, "__name__", it) for name, it in one.__annotations__.items()}
        print(one.__name__, types, sorted(one.__required_keys__), sorted(one.__optional_keys__), one.__total__)
