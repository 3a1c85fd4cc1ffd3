def probe(app, held):
    app.names.append("c")
    print(app.call(1, twice=True), app.names)
