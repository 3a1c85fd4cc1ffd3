def probe(app, held):
    print(app.squares(4), list(app.evens(7)), app.table(3))
