"""Everything that can be observed of the modules of a package, as text without addresses.

A fact is `(path, kind) -> text`. A path is `module:qualified.name`, with `.fget`, `.__wrapped__`, `.<cell x>` for what
hides behind a name, and `/name#n` for code objects nested in another one. Facts of two processes are equal where the
modules are, whatever the processes did to get there.
"""
import enum
import functools
import hashlib
import os
import re
import sys
import types

# Caches of the interpreter, and what only says how a module was found.
SKIPPED_NAMES = {
    "__builtins__", "__cached__", "__loader__", "__spec__", "__dict__", "__weakref__", "_abc_impl", "__conform__",
    "__warningregistry__",
}
DEPTH = 6


def resolve(target):
    """The object that `module:qualified.name` leads to, past descriptors; None where it leads nowhere."""
    module, _, names = target.partition(":")
    found = sys.modules.get(module)
    for name in names.split("."):
        namespace = getattr(found, "__dict__", {})
        if name not in namespace:
            return None
        found = namespace[name]
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
    return found


def target_of(value):
    return f"{value.__module__}:{value.__qualname__}"


def is_no_annotations(name, value):
    """An empty dict, which whoever asks for annotations would get where there are none."""
    return name == "__annotations__" and not value


def without_addresses(text, root):
    # The folder first: its random name may look like an address (`replay-0xamw99u`).
    return re.sub(r"\b0x[0-9a-f]+", "0x", text.replace(root, "<root>"))


def digest(value):
    return hashlib.sha1(repr(value).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def constants(code):
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield f"<code {constant.co_name}>"
        elif isinstance(constant, frozenset):
            yield "frozenset " + repr(sorted(map(repr, constant)))
        else:
            yield repr(constant)


def code_shape(code):
    """All of a code object but where it stands."""
    nested = [code_shape(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return [code.co_qualname, code.co_code, list(constants(code)), code.co_names, code.co_varnames, code.co_freevars,
            code.co_cellvars, code.co_flags, code.co_exceptiontable, nested]


class Facts:
    """The facts of the modules below some top-level names, and the objects that they are of."""

    def __init__(self, root, tops):
        self.root = root
        self.tops = tops
        self.found = {}
        self.objects = {}
        self.around = []

    def of_program(self):
        for name in sorted(sys.modules):
            if self.is_ours(name) and isinstance(sys.modules[name], types.ModuleType):
                self.module(name, sys.modules[name])
        return self

    def is_ours(self, module):
        return isinstance(module, str) and module.partition(".")[0] in self.tops

    def note(self, path, kind, value):
        self.found[f"{path}\t{kind}"] = without_addresses(str(value), self.root)

    def module(self, module_name, module):
        for name, value in list(vars(module).items()):
            if name in SKIPPED_NAMES or is_no_annotations(name, value):
                continue
            if isinstance(value, types.ModuleType) and value.__name__ == f"{module_name}.{name}":
                # Set by the import of the submodule, and never taken back: no fact of this module.
                continue
            self.value(f"{module_name}:{name}", value)

    def value(self, path, value):
        """Facts of what a name is bound to."""
        if isinstance(value, (types.FunctionType, type)) and self.is_ours(value.__module__):
            target = target_of(value)
            if target != path and resolve(target) is value:
                self.note(path, "value", f"<{target}>")
            elif isinstance(value, type):
                self.a_class(path, value)
            else:
                self.function(path, value)
            return
        if isinstance(value, (staticmethod, classmethod)):
            self.note(path, "type", type(value).__name__)
            return self.value(path, value.__func__)
        if isinstance(value, property):
            self.note(path, "type", "property")
            self.note(path, "doc", value.__doc__)
            for name in ("fget", "fset", "fdel"):
                self.value(f"{path}.{name}", getattr(value, name))
            return
        if any(value is outer for outer in self.around):
            return self.note(path, "value", "<cycle>")
        is_pid = type(value) is int and value == os.getpid() and "pid" in path.rpartition(".")[2]
        self.note(path, "value", "<pid>" if is_pid else self.text(value))
        self.hidden(path, value)

    def hidden(self, path, value):
        """Functions behind an object that is none: `lru_cache`, `cached_property`, `partial`, dispatchers."""
        for name in ("__wrapped__", "func"):
            try:
                inner = vars(value).get(name) if hasattr(value, "__dict__") else getattr(type(value), name, None)
                if isinstance(value, functools.partial) and name == "func":
                    inner = value.func
            except Exception:
                continue
            if isinstance(inner, types.FunctionType):
                self.around.append(value)
                self.value(f"{path}.{name}", inner)
                self.around.pop()

    def function(self, path, function):
        if any(function is outer for outer in self.around):
            return self.note(path, "value", "<cycle>")
        self.objects[path] = function
        self.around.append(function)
        self.note(path, "name", (function.__name__, function.__qualname__, function.__module__))
        self.note(path, "doc", function.__doc__)
        self.note(path, "defaults", self.text(function.__defaults__))
        self.note(path, "keyword defaults", self.text(function.__kwdefaults__))
        self.note(path, "annotations", self.text(function.__annotations__))
        self.note(path, "type parameters", self.text(getattr(function, "__type_params__", ())))
        for name, value in sorted(vars(function).items()):
            if name == "__wrapped__" and isinstance(value, types.FunctionType):
                self.value(f"{path}.__wrapped__", value)
            elif name not in SKIPPED_NAMES:
                self.note(path, f"attribute {name}", self.text(value))
        self.code(path, function.__code__)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            try:
                value = cell.cell_contents
            except ValueError:
                value = "<empty>"
            if isinstance(value, types.FunctionType):
                self.value(f"{path}.<cell {name}>", value)
            else:
                self.note(path, f"cell {name}", self.text(value))
        self.around.pop()

    def code(self, path, code):
        self.note(path, "bytecode", (digest(code.co_code), digest(code.co_exceptiontable), code.co_stacksize))
        self.note(path, "constants", list(constants(code)))
        self.note(path, "names", (code.co_name, code.co_qualname, code.co_names, code.co_varnames, code.co_cellvars,
                                  code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount))
        self.note(path, "free variables", code.co_freevars)
        self.note(path, "flags", code.co_flags)
        self.note(path, "file", code.co_filename)
        self.note(path, "positions", (code.co_firstlineno, digest(list(code.co_lines())),
                                      digest(list(code.co_positions()))))
        nested = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        for number, inner in enumerate(nested):
            self.code(f"{path}/{inner.co_name}#{number}", inner)

    def a_class(self, path, cls):
        if any(cls is outer for outer in self.around):
            return self.note(path, "value", "<cycle>")
        self.objects[path] = cls
        self.around.append(cls)
        self.note(path, "name", (cls.__name__, cls.__qualname__, cls.__module__))
        self.note(path, "metaclass", self.text(type(cls)))
        self.note(path, "bases", self.text(cls.__bases__))
        self.note(path, "mro", self.text(cls.__mro__))
        self.note(path, "abstract methods", sorted(getattr(cls, "__abstractmethods__", ())))
        subclasses = [target_of(sub) for sub in type.__subclasses__(cls) if self.is_ours(sub.__module__)]
        self.note(path, "subclasses", sorted(subclasses))
        for name, value in list(vars(cls).items()):
            if name in SKIPPED_NAMES or name == "__abstractmethods__" or is_no_annotations(name, value):
                continue
            if isinstance(value, (types.MemberDescriptorType, types.GetSetDescriptorType)):
                self.note(f"{path}.{name}", "value", type(value).__name__)
            else:
                self.value(f"{path}.{name}", value)
        self.around.pop()

    def text(self, value, depth=0, around=()):
        """A value in one line; other objects of the package by their names, what they hold down to a depth."""
        if isinstance(value, type):
            return f"<class {target_of(value)}>"
        if isinstance(value, types.FunctionType):
            target = target_of(value)
            if not self.is_ours(value.__module__) or resolve(target) is value:
                return f"<function {target}>"
            return f"<function {target} of code {digest(code_shape(value.__code__))}>"
        if isinstance(value, types.MethodType):
            return f"<method {self.text(value.__func__)}>"
        if isinstance(value, types.ModuleType):
            return f"<module {value.__name__}>"
        if isinstance(value, types.CodeType):
            return f"<code {value.co_filename} {value.co_qualname} line {value.co_firstlineno} {digest(code_shape(value))}>"
        if depth > DEPTH or any(value is outer for outer in around):
            return f"<{type(value).__name__} ...>"
        around = (*around, value)
        if isinstance(value, dict):
            items = [(self.text(key, depth + 1, around), self.text(item, depth + 1, around))
                     for key, item in list(value.items())]
            return f"{type(value).__name__} {{{', '.join(f'{key}: {item}' for key, item in items)}}}"
        if isinstance(value, (list, tuple)):
            return f"{type(value).__name__} [{', '.join(self.text(item, depth + 1, around) for item in value)}]"
        if isinstance(value, (set, frozenset)):
            return f"{type(value).__name__} {{{', '.join(sorted(self.text(item, depth + 1, around) for item in value))}}}"
        if self.is_ours(type(value).__module__):
            if isinstance(value, enum.Enum):
                return f"<{target_of(type(value))} {value.name}={value.value!r}>"
            # What an object has become since it was made is the state of the program.
            value_itself = f" {value!r}" if isinstance(value, (str, int, float, bytes)) else ""
            return f"<{target_of(type(value))}{value_itself}>"
        if type(value).__repr__ is object.__repr__:
            return f"<{target_of(type(value))} object>"
        try:
            return repr(value)
        except Exception as error:
            return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
