import functools
import re
import sys
import types

SKIPPED = {"__builtins__", "__cached__", "__loader__", "__spec__", "__dict__", "__weakref__", "__annotate__", "__annotate_func__",
           "__annotations_cache__", "__conditional_annotations__", "__annotations__", "_abc_impl"}
# Sets of names, whose order is another in every process.
UNORDERED = {"__abstractmethods__", "__static_attributes__", "__required_keys__", "__optional_keys__", "__mutable_keys__", "__readonly_keys__"}


def code_facts(code):
    yield code.co_name, code.co_firstlineno, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    yield code.co_varnames, code.co_freevars, code.co_cellvars
    yield "lines", list(code.co_lines()) if hasattr(code, "co_lines") else None
    yield "positions", list(code.co_positions()) if hasattr(code, "co_positions") else None
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from code_facts(const)
        elif isinstance(const, frozenset):
            yield "const", sorted(map(repr, const))
        else:
            yield "const", repr(const)


def shown(value):
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def annotations(value, path):
    found = getattr(value, "__annotations__", {})
    # An empty one is made by whoever looks.
    if found:
        print(path, "annotations", {name: getattr(kind, "__name__", shown(kind)) for name, kind in found.items()})


def facts(value, path, seen):
    if isinstance(value, (staticmethod, classmethod)):
        print(path, type(value).__name__)
        value = value.__func__
    if isinstance(value, property):
        print(path, "property", value.__doc__)
        if value.fset is not None:
            facts(value.fset, path + ".fset", seen)
        value = value.fget
    if isinstance(value, functools.cached_property):
        print(path, "cached_property", value.attrname, value.__doc__)
        value = value.func
    if isinstance(value, types.FunctionType):
        print(path, value.__name__, value.__qualname__, value.__module__, shown(value.__defaults__), shown(value.__kwdefaults__), value.__doc__)
        annotations(value, path)
        print(path, sorted(name for name in value.__dict__ if not name.startswith("__jurigged_")))
        for fact in code_facts(value.__code__):
            print(path, *fact)
        for cell in value.__closure__ or ():
            try:
                facts(cell.cell_contents, path + ".<cell>", seen)
            except ValueError:
                print(path, "empty cell")
    elif isinstance(value, type) and value.__module__.startswith("program_"):
        if value in seen:
            return
        seen.add(value)
        print(path, value.__qualname__, value.__module__, type(value).__name__, [base.__name__ for base in value.__bases__], value.__doc__)
        # Of the wider programs, which alone have such a class.
        if hasattr(sys.modules[value.__module__], "Keyed"):
            print(path, "mro", [base.__name__ for base in value.__mro__])
        if not {"__annotations__", "__annotate_func__", "__annotations_cache__"}.isdisjoint(vars(value)):
            annotations(value, path)
        for name in sorted(vars(value)):
            if name in UNORDERED:
                print(path, name, sorted(vars(value)[name]))
            elif name not in SKIPPED:
                facts(vars(value)[name], f"{path}.{name}", seen)
    elif isinstance(value, types.ModuleType):
        print(path, "module", value.__name__)
    elif type(value) is list and id(value) in seen:
        # The `lru_cache` of RustPython is written in Python, with a list that holds itself.
        print(path, "list")
    elif type(value) in (list, tuple):
        seen.add(id(value))
        print(path, type(value).__name__, len(value))
        for at, item in enumerate(value):
            facts(item, f"{path}[{at}]", seen)
    elif type(value) in (dict, types.MappingProxyType):
        print(path, type(value).__name__, [shown(key) for key in value])
        for key, item in value.items():
            facts(item, f"{path}[{shown(key)}]", seen)
    elif isinstance(value, functools.partial):
        print(path, "partial", value.func.__qualname__, value.args, value.keywords)
    elif callable(value) and not isinstance(value, type):
        print(path, type(value).__name__)
        if hasattr(value, "__wrapped__"):
            facts(value.__wrapped__, path + ".<wrapped>", seen)
    else:
        print(path, shown(value))


def probe(app, held):
    for module_name, module in sorted(vars(app).items()):
        if not module_name.startswith("program_"):
            continue
        # No docstring has this mark.
        print("\x1d" + module_name)
        seen = set()
        for module in (module, sys.modules.get(module_name + "_numbers")):
            for name in sorted(vars(module) if module else ()):
                if name not in SKIPPED:
                    facts(vars(module)[name], name, seen)
            if module and "__annotations__" in vars(module) or hasattr(module, "__annotate__"):
                annotations(module, module.__name__)
