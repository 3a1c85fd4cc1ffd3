def probe(app, held):
    print(app.kept.show(), app.Spec("b").show(), app.Spec.__slots__)
