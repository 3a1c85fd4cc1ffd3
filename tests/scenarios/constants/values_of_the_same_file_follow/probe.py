def probe(app, held):
    print(app.HALF, app.TITLE, app.line(), app.Page.inner, app.count)
