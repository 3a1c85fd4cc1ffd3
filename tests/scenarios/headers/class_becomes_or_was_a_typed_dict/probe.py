def probe(app, held):
    print(app.Plain().size(), app.Record(), app.Color.RED, app.Pair(2))
    for one in (app.FirstKeys, app.SecondKeys, app.ThirdKeys, app.FourthKeys):
        print(one.__name__, one.__bases__, one(size=1))
