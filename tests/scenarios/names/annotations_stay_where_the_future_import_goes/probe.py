def probe(app, held):
    print(app.Point.__annotations__, app.__annotations__, app.count, app.counted.__code__.co_flags & 0x1000000 > 0)
