import functools
import inspect


def hold(app):
    return app.greet, functools.partial(app.greet, "you")


def probe(app, held):
    greet, partial = held
    print(inspect.signature(app.greet), greet is app.greet, app.greet.__defaults__, app.greet.__kwdefaults__)
    print(greet("me"), partial())
    try:
        print(greet())
    except TypeError as error:
        print(error)
