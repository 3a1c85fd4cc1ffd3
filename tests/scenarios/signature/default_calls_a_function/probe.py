def probe(app, held):
    print(app.scaled(2), app.scaled.__defaults__)
