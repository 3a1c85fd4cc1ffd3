def probe(app, held):
    app.Plugin.known.clear()
    type("Child", (app.Plugin,), {})
    print(app.Plugin.known, type(vars(app.Plugin).get("__init_subclass__")).__name__)
    try:
        print(app.Vector["int"])
    except TypeError as error:
        print("not subscriptable")
    print(sorted(vars(app.Single())), type(vars(app.Single).get("__new__")).__name__)
