"""Making functions with ``reloading`` loops ready to have the body of a loop replaced while they run.

A body cannot be exchanged in a frame that runs it. So the loop is compiled as one that asks for its body at every
iteration, and the function keeps its variables in cells, which a body that was compiled later can share. The statement
in the file stays as it is, and so do the lines. If ``reloading`` turns out to be another function than ours, the loop is
the one that was written.
"""

import ast
import copy
import inspect
import types

from . import scopes
from .text import Version

_ENTER = """
from jurigged._reloading.loop import enter as _jurigged_enter
_jurigged_iterable = [iterable]
def _jurigged_cells(): names
_jurigged_loop = _jurigged_enter(_jurigged_iterable, _jurigged_cells, key, kind)
if _jurigged_loop is None:
    original
else:
    while _jurigged_loop.more():
        run
        if _jurigged_end is _jurigged_loop.NEXT:
            continue
        if _jurigged_end is _jurigged_loop.BREAK:
            break
        return _jurigged_end
    else:
        finish
        leave
        if _jurigged_end is not _jurigged_loop.NEXT:
            return _jurigged_end
"""
# An `else` clause can leave or continue the loop around, if there is one.
_LEAVE = """
if _jurigged_end is _jurigged_loop.BREAK:
    break
if _jurigged_end is _jurigged_loop.CONTINUE:
    continue
"""
_RUN = {
    "function": "_jurigged_end = _jurigged_loop.run(piece)",
    "generator": "_jurigged_end = yield from _jurigged_loop.run_generator(piece)",
    "coroutine": "_jurigged_end = await _jurigged_loop.run_coroutine(piece)",
    # `yield from` is not to be had.
    "async generator": """
_jurigged_forward = _jurigged_loop.forward(piece)
while await _jurigged_forward.step():
    try:
        _jurigged_forward.sent = yield _jurigged_forward.value
    except:
        _jurigged_forward.caught()
_jurigged_end = _jurigged_forward.outcome
""",
}


def parsed(template, place):
    """The statements of a template, all of them at the place of a node."""
    # In an async function, since a template may await; not at module level.
    indented = "\n".join("    " + line for line in template.strip().splitlines())
    statements = ast.parse(f"async def f():\n{indented}").body[0].body
    for statement in statements:
        for node in ast.walk(statement):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = place.lineno
                node.col_offset = node.end_col_offset = place.col_offset
    return statements


class Preparer(ast.NodeTransformer):
    """Compiles loops as ones that ask for their body. In `function`, a piece of a running call, that is of `kind`."""

    def __init__(self, version, function=None, kind=None):
        self._version = version
        self._function = function
        self._kind = kind
        self.prepared = 0

    def visit_For(self, node):
        """``for`` statements."""
        self.generic_visit(node)
        number = getattr(node, "jurigged_loop", None)
        loop = None if number is None else self._version.loops[number]
        if loop is None or loop.function is None:
            return node
        self.prepared += 1
        kind = self._kind if loop.function is self._function else scopes.kind_of(loop.function)
        return _driver(node, loop, kind, number)

    visit_AsyncFor = visit_For


def _driver(node, loop, kind, number):
    """The statements that take the place of a loop."""
    template = _ENTER
    for marker, piece in (("run", "body"), ("finish", "orelse")):
        template = _filled(template, marker, _RUN[kind].replace("(piece)", f"({piece!r})"))
    template = _filled(template, "leave", _LEAVE if loop.is_nested else "")
    if isinstance(node, ast.AsyncFor):
        template = template.replace("while _jurigged_loop.more()", "while await _jurigged_loop.more_async()")
    if kind == "async generator":
        template = template.replace("return _jurigged_end", "return")
    for name in ("iterable", "cells", "loop", "end", "forward"):
        template = template.replace(f"_jurigged_{name}", f"_jurigged_{name}_{number}")
    statements = parsed(template, node)
    enter, branch = statements[3], statements[4]
    statements[1].value.elts = [node.iter]
    captured = sorted(scopes.mentioned(loop.function) | _class_cell(loop))
    names = [ast.copy_location(ast.Name(name, ast.Load()), node) for name in captured]
    statements[2].body[0].value = ast.copy_location(ast.Tuple(names, ast.Load()), node)
    enter.value.args[2:] = [ast.copy_location(ast.Constant(value), node) for value in (loop.key + (loop.is_nested,), kind)]
    original = copy.copy(node)
    take = ast.parse(f"_jurigged_iterable_{number}.pop()", mode="eval").body
    for part in ast.walk(take):
        if hasattr(part, "lineno"):
            ast.copy_location(part, node.iter)
    original.iter = take
    branch.body = [original]
    return statements


def _filled(template, marker, text):
    """A template with other lines in the place of one."""
    lines = []
    for line in template.splitlines():
        if line.strip() == marker:
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in text.strip().splitlines()]
        else:
            lines.append(line)
    return "\n".join(lines)


def _class_cell(loop):
    """`__class__`, where the function has it already: to capture it makes it a free variable."""
    has = loop.class_name is not None and scopes.mentioned(loop.function) & {"super", "__class__"}
    return {"__class__"} if has else set()


def prepare_tree(tree, version):
    """Prepares the loops of all functions in a tree, in place; returns how many."""
    preparer = Preparer(version)
    preparer.visit(tree)
    ast.fix_missing_locations(tree)
    return preparer.prepared


def prepared_constants(code, source):
    """What of a compiled text is to be replaced: pairs of the index of a constant and the prepared code for it."""
    version = Version(code.co_filename, source)
    if not any(loop.function is not None for loop in version.loops):
        return version, []
    tree = copy.deepcopy(version.tree)
    prepare_tree(tree, version)
    flags = code.co_flags & _future_flags()
    prepared = compile(tree, code.co_filename, "exec", flags, True)
    return version, list(_replacements(code, prepared))


def _replacements(code, prepared):
    by_place = {}
    for constant in _codes(prepared):
        by_place.setdefault((constant.co_name, constant.co_firstlineno), []).append(constant)
    for index, old in enumerate(code.co_consts):
        found = by_place.get((old.co_name, old.co_firstlineno)) if isinstance(old, types.CodeType) else None
        new = found.pop(0) if found else old
        if new == old or not _is_prepared(new):
            continue
        if not new.co_flags & inspect.CO_OPTIMIZED:
            # The body of a class stays what it is, but for the functions in it.
            new = with_constants(old, _replacements(old, new))
        yield index, new


def with_constants(code, replacements):
    """Code with other constants."""
    constants = list(code.co_consts)
    for index, new in replacements:
        constants[index] = new
    return code.replace(co_consts=tuple(constants))


def _codes(code):
    return (constant for constant in code.co_consts if isinstance(constant, types.CodeType))


def _is_prepared(code):
    """Has this code, or what is nested in it, a loop that asks for its body?"""
    return any(name.startswith("_jurigged_loop") for name in code.co_varnames + code.co_cellvars) or any(
        _is_prepared(constant) for constant in _codes(code)
    )


def _future_flags():
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags
