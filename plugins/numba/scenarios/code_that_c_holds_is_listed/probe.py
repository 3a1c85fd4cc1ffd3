def probe(app, held):
    print(app.callback.ctypes(1), app.parallel(1))
