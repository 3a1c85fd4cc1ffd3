def probe(app, held):
    print(list(app.Image.options), app.Figure.height)
