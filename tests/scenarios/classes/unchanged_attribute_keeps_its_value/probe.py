def probe(app, held):
    app.Registry.items.append(1)
    app.Registry.count += 1
    print(len(app.Registry.items), app.Registry.count, app.Registry.title)
