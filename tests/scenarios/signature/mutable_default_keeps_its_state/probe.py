def probe(app, held):
    print(app.collect(1), app.collect(2), app.collect.__defaults__)
