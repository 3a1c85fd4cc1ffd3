def probe(app, held):
    print(ascii(app.word()))
