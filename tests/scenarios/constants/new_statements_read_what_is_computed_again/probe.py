def probe(app, held):
    print(app.Parser.BLOCK, app.Parser.RULES)
