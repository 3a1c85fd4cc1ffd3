def probe(app, held):
    made = app.Trivia("-")
    print(made.text(), vars(made), app.Trivia.kind)
    print(getattr(app.Trivia, "indent", None), getattr(app.Trivia, "__annotations__", {}))
    print(made == app.Trivia("-"), repr(made).startswith("Trivia("))
