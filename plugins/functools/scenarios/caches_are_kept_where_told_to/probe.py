calls = []


def probe(app, held):
    calls.append(1)
    print(app.price(1), app.price(1000 + len(calls)) - len(calls), app.price.__doc__)
