def probe(app, held):
    print(app.work(), app.box.get(), app.Box.size)
