"""Finds what a definition made in this process."""

import functools
import gc
import types


def code_of(function):
    """The code object of a function definition, wherever decorators hide it; ``None`` when it never ran."""
    from ._definitions import FunctionDefinition

    outer = function.parent
    line = _lines(function)
    if isinstance(outer, FunctionDefinition):
        # The code of a nested function is a constant of the one around it.
        around = outer.get_object()
        found = list(_constants(around)) if around is not None else []
        return _pick(found, function, line)
    space = outer.get_object() if outer is not None else None
    space = space if isinstance(space, dict) else getattr(space, "__dict__", {})
    names = {function.name}
    if function.name.startswith("__") and outer.name:
        names.add(f"_{outer.name.lstrip('_')}{function.name}")
    named = [code for name in names if name in space for code in _codes_in(space[name])]
    return _pick(named, function, line, is_sure=True) or _pick(_all_codes(), function, line, is_sure=True)


def _lines(function):
    # RustPython counts from the `def`, CPython from the first decorator.
    return {function.stashed.lineno, function.node.lineno}


def _pick(codes, function, lines, is_sure=False):
    fitting = {code for code in codes if code.co_name == function.name}
    if is_sure:
        fitting = {code for code in fitting if code.co_filename == function.filename}
    in_place = [code for code in fitting if code.co_firstlineno in lines]
    if in_place:
        return in_place[0]
    return fitting.pop() if len(fitting) == 1 and not is_sure else None


def _constants(code):
    return [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]


def _codes_in(value):
    """The code objects of a function and of what it wraps."""
    seen, waiting = set(), [value]
    while waiting:
        it = waiting.pop()
        if id(it) in seen:
            continue
        seen.add(id(it))
        if isinstance(it, types.FunctionType):
            yield it.__code__
            for cell in it.__closure__ or ():
                try:
                    waiting.append(cell.cell_contents)
                except ValueError:
                    continue
        elif isinstance(it, (staticmethod, classmethod)):
            waiting.append(it.__func__)
        elif isinstance(it, property):
            waiting += [it.fget, it.fset, it.fdel]
        elif isinstance(it, functools.partial):
            waiting.append(it.func)
        if isinstance(it, (types.FunctionType, types.MethodType)) or hasattr(type(it), "__get__"):
            waiting.append(getattr(it, "__wrapped__", None))
            waiting.append(getattr(it, "__func__", None))


def _all_codes():
    for it in gc.get_objects():
        if isinstance(it, types.FunctionType):
            yield it.__code__
