import functools
import pickle


def hold(app):
    app.Plain.count = 0
    return {"plain": app.Plain(7), "show": app.Plain(8).show, "holder": app.other.Holder(app.Plain), "old": functools.partial(app.Plain)}


def probe(app, held):
    Plain = app.Plain
    bases = [cls.__name__ for cls in Plain.__mro__]
    print(bases, held["plain"].show(), held["show"](), isinstance(held["plain"], Plain), held["plain"].me() is Plain)
    print([it.show() for it in app.kept], [isinstance(it, Plain) for it in app.kept], [cls.__name__ for cls in app.Below.__mro__])
    print(app.table["plain"] is Plain, app.table[5] is Plain, [it.__name__ for it in app.makers], app.makers[0] is Plain)
    print(held["holder"].cls is Plain, app.other.plain() is Plain, Plain(3).show(), app.Below(4).show())
    made = held["old"](9)
    print(type(made) is Plain, made.show(), pickle.loads(pickle.dumps(made)).show())
    print(type(app.Metal).__name__, hasattr(app.Metal, "tell") and app.Metal.tell(), app.makers[1] is app.Metal)
    print(isinstance(made, app.kinds), app.names[type(made)], type(made) in app.seen, type(made) in app.fixed, app.is_known(made))
