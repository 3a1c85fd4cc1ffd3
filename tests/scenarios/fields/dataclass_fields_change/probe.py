import copy
import dataclasses
import inspect


def hold(app):
    return [app.Base(name="b", level=5), app.Child(name="c", level=5), app.Frozen(1, 2)]


def probe(app, held):
    base, child, frozen = held
    for cls in app.Base, app.Child, app.Frozen, app.Documented:
        print(cls.__name__, inspect.signature(cls), [(f.name, f.type, f.default is dataclasses.MISSING) for f in dataclasses.fields(cls)])
        print(repr(cls.__doc__), sorted(cls.__annotations__) if "__annotations__" in cls.__dict__ else None, cls.__match_args__ if hasattr(cls, "__match_args__") else None)
        print(sorted(name for name in cls.__dict__ if not name.startswith("__annot") and name not in ("__static_attributes__", "__slotnames__")), cls.__hash__ is None)
        print(cls.__init__.__qualname__, cls.__repr__.__qualname__, type(cls).__name__)
    print(repr(base)[:24], child, frozen, base.tell(), child.tell(), app.Base.count > 0)
    print([all(field.name in vars(it) for field in dataclasses.fields(it)) for it in held])
    print(app.Base(name="n").level, app.Child(name="m").tell(), app.Frozen(9), app.Base(name="a", level=1) < app.Base(name="b", level=2))
    if "options" in app.Base.__dataclass_fields__:
        print(base.options is not child.options, base.options["made"] > 0)
    print(base == copy.copy(base), isinstance(child, app.Base))
    print(issubclass(app.Child, app.Base), [cls.__name__ for cls in app.Base.__subclasses__()], getattr(app.Base("x"), "ready", None))
    for name in "x", "other":
        try:
            setattr(frozen, name, 5)
        except dataclasses.FrozenInstanceError as error:
            print(error)
