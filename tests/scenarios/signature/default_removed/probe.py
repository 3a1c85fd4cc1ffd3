def probe(app, held):
    print(app.area(2, 3, unit="m"), app.area.__defaults__, app.area.__kwdefaults__)
    try:
        print(app.area(2))
    except TypeError as error:
        print(error)
