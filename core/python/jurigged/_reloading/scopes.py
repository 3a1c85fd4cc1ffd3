"""Which names a function binds, declares and reads, from its syntax tree.

``symtable`` would tell, but not for a tree, and not the same on both runtimes.
"""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = FUNCTIONS + (ast.ClassDef,)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MATCH = tuple(getattr(ast, name) for name in ("MatchAs", "MatchStar", "MatchMapping") if hasattr(ast, name))


def own(node):
    """The nodes of a function's or module's own scope: nothing inside other functions, lambdas or classes."""
    waiting = list(node.body)
    while waiting:
        found = waiting.pop(0)
        yield found
        if isinstance(found, SCOPES):
            waiting[:0] = _evaluated_around(found)
        elif not isinstance(found, ast.Lambda):
            waiting[:0] = list(ast.iter_child_nodes(found))


def _evaluated_around(definition):
    """What of a nested definition is evaluated in the scope around it."""
    if isinstance(definition, ast.ClassDef):
        return definition.decorator_list + definition.bases + definition.keywords
    defaults = definition.args.defaults + [default for default in definition.args.kw_defaults if default is not None]
    return definition.decorator_list + defaults


def bound(function):
    """The names that a function binds in its own scope, whatever it declares."""
    names = {argument.arg for argument in _arguments(function)}
    for node in own(function):
        names.update(_binds(node))
    # What a comprehension binds is its own, except by `:=`; what else binds such a name is found above all the same.
    hidden = set()
    for node in own(function):
        if isinstance(node, _COMPREHENSIONS):
            hidden.update(id(name) for part in node.generators for name in ast.walk(part.target))
    stored = {
        node.id
        for node in own(function)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and id(node) not in hidden
    }
    return names | stored


def _arguments(function):
    if not isinstance(function, FUNCTIONS):
        return []
    arguments = function.args
    named = getattr(arguments, "posonlyargs", []) + arguments.args + arguments.kwonlyargs
    return named + [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]


def first_argument(function):
    """The name of the first positional parameter, which is what ``super()`` takes; ``None`` where there is none."""
    positional = getattr(function.args, "posonlyargs", []) + function.args.args
    return positional[0].arg if positional else None


def _binds(node):
    if isinstance(node, SCOPES):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, _MATCH):
        name = node.rest if hasattr(node, "rest") else node.name
        if name:
            yield name


def declared(function, kind):
    """The names of the ``global`` or ``nonlocal`` statements of a function."""
    return {name for node in own(function) if isinstance(node, kind) for name in node.names}


def mentioned(node):
    """Every name in a subtree, in any role and in any scope of it."""
    names = set()
    for found in ast.walk(node):
        if isinstance(found, ast.Name):
            names.add(found.id)
        elif isinstance(found, ast.arg):
            names.add(found.arg)
        elif isinstance(found, (ast.Global, ast.Nonlocal)):
            names.update(found.names)
        names.update(_binds(found))
    return names


def mangled(name, class_name):
    """A name as the compiler writes it inside a class."""
    if class_name is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = class_name.lstrip("_")
    return f"_{stripped}{name}" if stripped else name


def kind_of(function):
    """``function``, ``generator``, ``coroutine`` or ``async generator``."""
    yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own(function))
    if isinstance(function, ast.AsyncFunctionDef):
        return "async generator" if yields else "coroutine"
    return "generator" if yields else "function"
