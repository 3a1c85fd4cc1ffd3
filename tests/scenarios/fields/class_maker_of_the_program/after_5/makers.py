"""Generates `__init__` out of the annotations of a class."""

import sys


class Missing:
    is_missing = True


MISSING = Missing()


def annotations(cls):
    if sys.version_info >= (3, 14):
        return cls.__annotations__
    return vars(cls).get("__annotations__", {})


def maker(cls):
    fields = {}
    for base in reversed(cls.__mro__[1:]):
        fields.update(vars(base).get("__maker_fields__", {}))
    for name in annotations(cls):
        fields[name] = vars(cls).get(name, MISSING)
    given = [name if fields[name] is MISSING else f"{name}=defaults[{name!r}]" for name in fields]
    lines = [f"def __init__({', '.join(['self', *given])}):", "    pass"]
    lines += [f"    self.{name} = {name}" for name in fields]
    made = {"defaults": fields}
    exec("\n".join(lines), made)
    cls.__init__ = made["__init__"]
    cls.__init__.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__maker_fields__ = fields
    return cls


def checked(limit):
    if limit < 0:
        raise ValueError(f"limit {limit}")
    return limit
