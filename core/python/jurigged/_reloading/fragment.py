"""A piece of a function (the body of a loop, or its ``else``) as a function that shares the variables of a running call.

The piece is compiled inside a function that has the same names, and made a function of the very cells that the running
call keeps its variables in (``prepare`` sees to it that it does). So it reads, binds and deletes them as the statement
itself would, on every Python, and the closures that it makes share them too. Writing into the frame would not do: a
closure does not see it, and before 3.13 the frame forgets it.
"""

import ast
import copy
import types

from . import scopes
from .prepare import Preparer, parsed, prepare_tree

# Names of ours: that of the function itself may mean another thing in its body.
_AROUND, _PIECE = "_jurigged_around", "_jurigged_piece"

# What a piece ends with: a value that it returns, or, where code cannot return one (modules, async generators), what it
# leaves in its turn.
_BODY = """
for target in _jurigged_turn:
    body
else:
    return _jurigged_turn.NEXT
return _jurigged_turn.BREAK
"""
_BODY_BY_TURN = """
for target in _jurigged_turn:
    body
else:
    _jurigged_turn.outcome = _jurigged_turn.NEXT
if _jurigged_turn.outcome is None:
    _jurigged_turn.outcome = _jurigged_turn.BREAK
"""
# `continue` in an `else` clause comes round to the second item.
_ELSE = """
for _jurigged_turn.again in _jurigged_turn:
    if _jurigged_turn.again:
        return _jurigged_turn.CONTINUE
    body
    return _jurigged_turn.NEXT
return _jurigged_turn.BREAK
"""
_ELSE_BY_TURN = """
for _jurigged_turn.again in _jurigged_turn:
    if _jurigged_turn.again:
        _jurigged_turn.outcome = _jurigged_turn.CONTINUE
        break
    body
    _jurigged_turn.outcome = _jurigged_turn.NEXT
    break
if _jurigged_turn.outcome is None:
    _jurigged_turn.outcome = _jurigged_turn.BREAK
"""


class CannotShare(Exception):
    """The new text needs what the running call does not have; the text says what."""


def of_function(version, loop, piece, cells, namespace, kind):
    """The ``body`` or ``orelse`` of a loop as a function of a self and a turn.

    `cells` are those of the running call by name; a variable that the new text adds gets one there. `kind` is that of the
    running call, which decides whether the piece may yield and await.
    """
    function = loop.function
    new_kind = scopes.kind_of(function)
    if "generator" in new_kind and "generator" not in kind and _yields(getattr(loop.node, piece)):
        raise CannotShare("it yields now, and the call that runs is no generator")
    if isinstance(loop.node, ast.AsyncFor) != ("async" in kind or kind == "coroutine") and new_kind != kind:
        if isinstance(function, ast.AsyncFunctionDef) != (kind in ("coroutine", "async generator")):
            raise CannotShare(f"the function is a {new_kind} now, and the call that runs is a {kind}")
    shared, global_names = _names(loop)
    is_async = "async " if kind in ("coroutine", "async generator") else ""
    inner = ast.parse(f"{is_async}def {_PIECE}(_jurigged_self, _jurigged_turn): pass").body[0]
    inner.body = []
    if global_names:
        inner.body.append(ast.Global(names=sorted(global_names)))
    if shared:
        inner.body.append(ast.Nonlocal(names=sorted(shared)))
    if "generator" in kind:
        inner.body += ast.parse("def f():\n    if 0: yield").body[0].body
    inner.body += _statements(loop, piece, kind == "async generator")
    Preparer(version, function, kind).generic_visit(inner)
    outer = ast.parse(f"def {_AROUND}(): pass").body[0]
    outer.args.args = [ast.arg(name) for name in sorted(shared)]
    outer.body = [inner]
    try:
        code = inner_code(compiled(version, loop.class_name, outer), (_AROUND, _PIECE))
    except SyntaxError as problem:
        # The file as it is compiles: what does not is only so in a call of another kind.
        raise CannotShare(f"in a {kind}, which the call that runs is: {problem.msg}") from None
    fresh = {scopes.mangled(name, loop.class_name) for name in scopes.bound(function)}
    closure = []
    for name in code.co_freevars:
        if name not in cells:
            if name not in fresh:
                raise CannotShare(f"it uses `{name}` of a scope around the function, which the call that runs does not have")
            cells[name] = types.CellType()
        closure.append(cells[name])
    code = named(code, function.name, ".".join(name for _, name, _, _ in loop.around))
    return types.FunctionType(code, namespace, function.name, None, tuple(closure))


def of_module(version, loop, piece):
    """The ``body`` or ``orelse`` of a loop at module level as code, for a namespace that has ``_jurigged_turn``."""
    module = ast.Module(body=_futures(version) + _statements(loop, piece, True), type_ignores=[])
    prepare_tree(module, version)
    return compile(ast.fix_missing_locations(module), version.path, "exec", 0, True)


def _yields(statements):
    holder = ast.Module(body=statements, type_ignores=[])
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in scopes.own(holder))


def _names(loop):
    """The names that the piece shares with the running call, and those that the function declares global."""
    function = loop.function
    global_names = scopes.declared(function, ast.Global)
    shared = scopes.bound(function) | scopes.declared(function, ast.Nonlocal)
    around = set()
    for kind, _, _, node in loop.around[:-1]:
        if kind == "def":
            around |= scopes.bound(node) | scopes.declared(node, ast.Nonlocal)
    used = scopes.mentioned(loop.node)
    shared |= around & used
    if loop.class_name is not None and used & {"super", "__class__"}:
        shared.add("__class__")
    return shared - global_names, global_names


def _statements(loop, piece, by_turn):
    node = loop.node
    if piece == "body":
        statements = parsed(_BODY_BY_TURN if by_turn else _BODY, node)
        statements[0].target = copy.deepcopy(node.target)
        statements[0].body = copy.deepcopy(node.body)
    else:
        statements = parsed(_ELSE_BY_TURN if by_turn else _ELSE, node)
        body = statements[0].body
        at = next(at for at, statement in enumerate(body) if isinstance(statement, ast.Expr))
        body[at : at + 1] = copy.deepcopy(node.orelse)
    return statements


def _futures(version):
    """The ``from __future__`` statements of the file: RustPython knows no other way to say it."""
    return [
        node for node in version.tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]


def compiled(version, class_name, outer):
    """A function compiled where it stands: in its class, and with the file's ``__future__``."""
    statement = outer
    if class_name is not None:
        # Names with two underscores are mangled by the innermost class.
        statement = ast.parse(f"class {class_name}: pass").body[0]
        statement.body = [outer]
    module = ast.Module(body=_futures(version) + [statement], type_ignores=[])
    return compile(ast.fix_missing_locations(module), version.path, "exec", 0, True)


def inner_code(code, names):
    """The code of the function `names[-1]` inside of `names[-2]` and so on, wherever it is."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            rest = names[1:] if constant.co_name == names[0] else names
            if not rest:
                return constant
            found = inner_code(constant, rest)
            if found is not None:
                return found
    return None


def named(code, name, qualname):
    """Code under the name that tracebacks and profilers shall show."""
    code = code.replace(co_name=name)
    try:
        return code.replace(co_qualname=qualname)
    except TypeError:
        # Before 3.11; RustPython has the attribute alone.
        return code
