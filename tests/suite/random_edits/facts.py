import types

SKIPPED = {"__builtins__", "__cached__", "__loader__", "__spec__", "__dict__", "__weakref__", "__annotate__", "__annotate_func__",
           "__annotations_cache__", "__conditional_annotations__"}


def code_facts(code):
    yield code.co_name, code.co_firstlineno, code.co_argcount, code.co_kwonlyargcount, code.co_flags
    yield code.co_varnames, code.co_freevars, code.co_cellvars
    yield "lines", list(code.co_lines()) if hasattr(code, "co_lines") else None
    yield "positions", list(code.co_positions()) if hasattr(code, "co_positions") else None
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from code_facts(const)
        else:
            yield "const", repr(const)


def facts(value, path, seen):
    if isinstance(value, (staticmethod, classmethod)):
        print(path, type(value).__name__)
        value = value.__func__
    if isinstance(value, property):
        print(path, "property", value.__doc__)
        value = value.fget
    if isinstance(value, types.FunctionType):
        print(path, value.__name__, value.__qualname__, value.__defaults__, value.__kwdefaults__, value.__doc__)
        print(path, {name: getattr(kind, "__name__", kind) for name, kind in value.__annotations__.items()}, sorted(name for name in value.__dict__ if not name.startswith("__jurigged_")))
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
        print(path, value.__qualname__, [base.__name__ for base in value.__bases__], value.__doc__)
        for name in sorted(vars(value)):
            if name not in SKIPPED:
                facts(vars(value)[name], f"{path}.{name}", seen)
    elif isinstance(value, types.ModuleType):
        print(path, "module", value.__name__)
    elif callable(value) and not isinstance(value, type):
        print(path, type(value).__name__)
    else:
        print(path, repr(value))


def probe(app, held):
    for module_name, module in sorted(vars(app).items()):
        if not module_name.startswith("program_"):
            continue
        print("==", module_name)
        seen = set()
        for name in sorted(vars(module)):
            if name not in SKIPPED:
                facts(vars(module)[name], name, seen)
