def probe(app, held):
    store = app.store
    print([name for name in ("LIMIT", "name", "price", "unused") if hasattr(store, name)], store.name())
    try:
        print(app.later())
    except AttributeError as error:
        print(error)
