import inspect


def hold(app):
    return app.numbers, app.letters


def probe(app, held):
    numbers, letters = held
    print(list(numbers(3)), inspect.isgeneratorfunction(numbers))
    print(list(letters()), inspect.isgeneratorfunction(app.letters))
