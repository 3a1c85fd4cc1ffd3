def hold(app):
    return {"squares": app.total_of_squares}


def probe(app, held):
    for function in (app.total, app.total_of_squares, held["squares"]):
        print(function.__doc__, {name: kind.__name__ for name, kind in function.__annotations__.items()}, function([1, 2]))
