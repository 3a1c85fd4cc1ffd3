def probe(app, held):
    print(app.Signer().unsign(2, True), app.table["unsign"](None, 2))
    print(app.table["unsign"] is app.Signer.unsign)
