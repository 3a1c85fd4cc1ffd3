"""The other end of `PipedPython`: answers questions about live objects, one JSON line each.

The program under test is the module `shop`; objects are numbers, the same number for the same object.
"""

import gc
import json
import sys
import traceback
import types

objects, numbers, pins = [], {}, []
channel = sys.stdout
sys.stdout = sys.stderr


def number(value):
    if id(value) not in numbers:
        numbers[id(value)] = len(objects)
        objects.append(value)
    return numbers[id(value)]


def full_name(cls):
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


KINDS = {
    type(None): "None", types.FunctionType: "Function", types.CodeType: "Code", types.CellType: "Cell",
    types.MethodType: "BoundMethod", staticmethod: "StaticMethod", classmethod: "ClassMethod", property: "Property",
    dict: "Dict", list: "List", tuple: "Tuple", set: "Set", str: "Text", int: "Integer",
    types.BuiltinFunctionType: "Builtin",
}


def kind(value):
    if issubclass(type(value), type):
        return "Class"
    if issubclass(type(value), types.ModuleType):
        return "Module"
    return KINDS.get(type(value), "Other")


def namespace(value):
    if isinstance(value, type):
        return type.__dict__["__dict__"].__get__(value)
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None


class Answers:
    def attribute(self, value, name):
        try:
            return number(getattr(objects[value], name))
        except AttributeError:
            return None

    def namespace(self, value):
        found = namespace(objects[value])
        return None if found is None else number(found)

    def entry(self, mapping, name):
        return number(objects[mapping][name]) if name in objects[mapping] else None

    def entries(self, mapping):
        return [(number(key), number(value)) for key, value in list(objects[mapping].items())]

    def items(self, value):
        return [number(item) for item in list(objects[value])]

    def class_of(self, value):
        return number(type(objects[value]))

    def kind(self, value):
        return kind(objects[value])

    def class_names(self, value):
        return [full_name(cls) for cls in type(objects[value]).__mro__]

    def referents(self, value):
        return [number(item) for item in gc.get_referents(objects[value])]

    def text(self, value):
        return objects[value] if type(objects[value]) is str else None

    def integer(self, value):
        return int(objects[value]) if isinstance(objects[value], int) else None

    def repr(self, value):
        return repr(objects[value])[:200]

    def new(self, value):
        return number(value)

    def new_dict(self):
        return number({})

    def new_tuple(self, items):
        return number(tuple(objects[item] for item in items))

    def set_entry(self, mapping, name, value):
        objects[mapping][name] = objects[value]

    def call(self, function, arguments):
        return number(objects[function](*[objects[argument] for argument in arguments]))

    def module(self, name):
        return number(sys.modules[name]) if name in sys.modules else None

    def compile(self, source, file):
        return number(compile(source, file, "exec", dont_inherit=True))

    def execute(self, code, names):
        exec(objects[code], objects[names])

    def instances(self, cls):
        return [number(item) for item in gc.get_objects() if issubclass(type(item), objects[cls])]

    def define(self, source):
        """The program: runs in the module `shop`, which may be extended call by call."""
        shop = sys.modules.setdefault("shop", types.ModuleType("shop"))
        exec(compile(source, "shop.py", "exec", dont_inherit=True), shop.__dict__)

    def pin(self, value):
        pins.append(objects[value])
        return len(pins) - 1

    def pinned(self, pin):
        return number(pins[pin])

    def forget(self):
        objects.clear()
        numbers.clear()
        gc.collect()


answers = Answers()
for line in sys.stdin:
    question, arguments = json.loads(line)
    try:
        answer = {"answer": getattr(answers, question)(*arguments)}
    except BaseException as error:
        frames = traceback.format_exception(type(error), error, error.__traceback__)
        # Without the frame of this file.
        frames[1:2] = [] if len(frames) > 2 else frames[1:2]
        answer = {"kind": full_name(type(error)), "message": str(error), "traceback": "".join(frames)}
        del error
    channel.write(json.dumps(answer) + "\n")
    channel.flush()
