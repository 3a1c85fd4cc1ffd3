def probe(app, held):
    print(sorted(app._known), app.find("fr"))
    print(sorted(getattr(app, "__annotations__", None) or ()))
