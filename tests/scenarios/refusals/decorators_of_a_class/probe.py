def probe(app, held):
    print(getattr(app.Plain, "tag", None), app.Plain().method())
