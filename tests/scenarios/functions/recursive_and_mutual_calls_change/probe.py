def probe(app, held):
    print(app.even(4), app.odd(4), app.factorial(5))
