from jurigged.plugin import Claim, Conformer, Refuse, class_with, decorated_by

APPLIES = "makers"
OPTIONS = {"forbidden": ""}
GENERATED = ["__init__", "__maker_fields__"]


class Maker(Conformer):
    interest = class_with("__maker_fields__") | decorated_by("makers.maker")

    def claim(self, edit, live):
        told, is_one = edit.cls, "__maker_fields__" in vars(edit.function)
        if any(name.name == edit.options["forbidden"] for name in told.names):
            raise Refuse("nothing frozen is made", "call it otherwise")
        if told.inherited or told.is_decorated_by("makers.maker"):
            when = "stays" if is_one else "begins"
        elif is_one:
            when = "ends"
        else:
            return None
        return Claim(when=when, generated=GENERATED, decorator="makers.maker")

    def remake(self, edit, live, change):
        cls, makers = edit.function, live.module("makers")
        body = dict(vars(cls) if edit.made is None else edit.made)
        if edit.made is None:
            body["__annotations__"] = makers.annotations(cls)
        for name in "__dict__", "__weakref__":
            body.pop(name, None)
        bases = [
            type("base", (), {"__maker_fields__": base.__maker_fields__})
            for base in cls.__mro__[1:]
            if "__maker_fields__" in vars(base)
        ]
        made = (edit.decorator or makers.maker)(type(cls.__name__, tuple(bases), dict(body, __qualname__=cls.__qualname__)))
        for name in GENERATED + edit.cls.changed():
            change.adopt(cls, made, name)
        lacking = 0
        for instance in live.instances_of(cls):
            for name, default in made.__maker_fields__.items():
                if name not in vars(instance):
                    if default is makers.MISSING:
                        lacking += 1
                    else:
                        change.set_entry(vars(instance), name, default)
        if lacking:
            change.note(f"{lacking} instances of `{edit.name}` lack a field", "it has no default", "make them anew")

    def unmake(self, edit, live, change):
        for name in GENERATED:
            change.del_attr(edit.function, name)


class Memory(Conformer):
    interest = decorated_by("makers.remembers")

    def settle(self, edit, live):
        edit.bound.memory.clear()
