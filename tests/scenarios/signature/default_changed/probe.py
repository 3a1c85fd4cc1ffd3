def hold(app):
    return app.power


def probe(app, held):
    print(held(2), app.power(2, negative=False), app.power.__defaults__, app.power.__kwdefaults__)
