def probe(app, held):
    print(app.price(), app.Box.__bases__[0].__name__, app.rates, app.TWICE, app.later(), app.RATE, app.BASE.__name__)
