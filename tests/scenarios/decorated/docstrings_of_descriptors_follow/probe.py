def probe(app, held):
    request = app.Request()
    print(request.stream, vars(app.Request)["stream"].__doc__, app.Request.stream.fget.__doc__)
    print(request.read(1), app.Request.read.__doc__)
