def hold(app):
    return {"kinds": [app.Field, app.Text, app.Number, app.Whole], "whole": app.Whole()}


def probe(app, held):
    for kind in (app.Field, app.Text, app.Number, app.Whole):
        print(kind.__name__, type(kind).__name__, [base.__name__ for base in kind.__mro__], sorted(getattr(kind, "__abstractmethods__", ())))
    print([one is now for one, now in zip(held["kinds"], (app.Field, app.Text, app.Number, app.Whole))])
    print([getattr(one, "read", str)() for one in app.kept[:2]], [one.check() for one in app.kept], held["whole"].check(), isinstance(held["whole"], app.Number))
    print(getattr(app.Number, "__parameters__", ()), [str(base) for base in getattr(app.Whole, "__orig_bases__", ())])
    try:
        print("made", app.Field().check())
    except TypeError as error:
        print("abstract" in str(error))
