def probe(app, held):
    names = ("mode", "only_new", "only_old", "answer", "negative")
    print([getattr(app, name, None) for name in names], app.reply(), app.Box.size)
