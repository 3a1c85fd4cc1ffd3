"""Functions that are read again before they are called."""

import ast
import copy
import functools
import inspect
import sys
import types

from . import scopes
from .fragment import CannotShare, compiled, inner_code, named
from .live import bring_up_to_date, is_kept_live
from .prepare import Preparer
from .text import class_name, source_of
from .waiting import SKIP, Waiting, tell

_AROUND, _MAKE, _NEW = "_jurigged_around", "_jurigged_make", "_jurigged_new"


def reloading_function(given, every):
    """Wraps a function, or what decorators below have made of one."""
    if isinstance(given, (staticmethod, classmethod)):
        return type(given)(reloading_function(given.__func__, every))
    current = CurrentFunction(given, every)
    if inspect.iscoroutinefunction(given):

        @functools.wraps(given)
        async def reloaded(*args, **kwargs):
            must_read = current.due()
            while True:
                try:
                    function = current.get(must_read)
                    if reloaded.__code__ is not code:
                        return await reloaded(*args, **kwargs)
                    return await function(*args, **kwargs)
                except Exception as problem:
                    current.show(problem)
                if await current.waiting.until_saved_async() == SKIP:
                    raise current.shown
                must_read = True
    else:

        @functools.wraps(given)
        def reloaded(*args, **kwargs):
            must_read = current.due()
            while True:
                try:
                    function = current.get(must_read)
                    if reloaded.__code__ is not code:
                        return reloaded(*args, **kwargs)
                    return function(*args, **kwargs)
                except Exception as problem:
                    current.show(problem)
                    if current.waiting.until_saved() == SKIP:
                        raise
                must_read = True

    # A session that applies other decorators makes this function forward to what they have made.
    code = reloaded.__code__
    return reloaded


class CurrentFunction:
    """The function as it was read last. It stays the same object as long as its free variables stay the same."""

    def __init__(self, given, every):
        self._given = given
        self._function = inspect.unwrap(given)
        self._source = source_of(self._function.__code__.co_filename)
        self._every = every
        self._calls = 0
        self._version = self._node = None
        self._key = None
        self._told = False
        self.shown = None
        self.waiting = Waiting(self._source)
        try:
            version = self._source.look()
            around = self._find(version)
        except (OSError, SyntaxError, ValueError):
            return
        if around is not None and _is_made_of(self._function, around[-1][3]):
            # The text that the function was made of; another one is made anew at the first call.
            self._version, self._node = version, around[-1][3]

    def due(self):
        """Counts a call: shall the file be read before it?"""
        self._calls += 1
        return (self._calls - 1) % self._every == 0

    def get(self, must_read):
        """What to call. Raises what is wrong with the text."""
        if must_read and is_kept_live(self._source.path):
            # Its functions are patched where they are. Looked at all the same: to wait for a fix needs to know the text.
            version = self._source.look()
            bring_up_to_date(self._source.path)
            self._version = version
        elif must_read:
            version = self._source.look()
            if version is not self._version:
                self._take(version)
        return self._given

    def show(self, problem):
        """Shows an error of the text, or one that the function raised."""
        self.shown = problem
        line = self._node.lineno if self._node is not None else self._function.__code__.co_firstlineno
        self.waiting.show(problem, self._source.path, line)

    def _take(self, version):
        around = self._find(version)
        if around is None:
            if not self._told:
                self._told = True
                tell(
                    f"`{self._function.__qualname__}` is not in the file any more, or has no `@reloading`",
                    self._source.path,
                    None,
                    None,
                    "the function that was read last",
                    "restart the program",
                    warning=True,
                )
            self._version = version
            return
        self._told = False
        node = around[-1][3]
        self._make(version, around)
        self._version, self._node = version, node

    def _find(self, version):
        """The definition, with those around it."""
        if self._key is None:
            steps = _steps(self._function.__qualname__)
            found = [
                (key, around)
                for key, around in version.definitions.items()
                if tuple(step[:2] for step in key) == steps
            ]
            exact = [key for key, around in found if _is_made_of(self._function, around[-1][3])]
            keys = exact or [key for key, _ in found]
            self._key = keys[-1] if keys else None
        around = version.definitions.get(self._key)
        if around is None or not any(map(version.names_reloading, around[-1][3].decorator_list)):
            return None
        return around

    def _make(self, version, around):
        """Makes the function of the new text, and puts it into the place of the old one."""
        old_node, node = self._node, around[-1][3]
        new = copy.deepcopy(node)
        below = _below(version, new)
        same_decorators = old_node is None or _dump(below) == _dump(_below(version, old_node))
        new.decorator_list = [] if same_decorators else below
        kept = _keep_defaults(self._function, old_node, new)
        made = self._made(version, around, new)
        inner = inspect.unwrap(made)
        _restore_defaults(inner, kept)
        if same_decorators and inner.__code__.co_freevars == self._function.__code__.co_freevars:
            for name in ("__code__", "__defaults__", "__kwdefaults__", "__annotations__", "__doc__"):
                setattr(self._function, name, getattr(inner, name))
            return
        if same_decorators and self._given is not self._function:
            raise CannotShare("its free variables changed below other decorators; restart the program")
        self._given, self._function = made, inner

    def _made(self, version, around, new):
        function = self._function
        name, new.name = new.name, _NEW
        shared = _free_names(around)
        Preparer(version).generic_visit(new)
        outer = ast.parse(f"def {_AROUND}():\n    def {_MAKE}():\n        return {_NEW}").body[0]
        outer.args.args = [ast.arg(free) for free in sorted(shared)]
        outer.body[0].body.insert(0, new)
        for place in (outer, outer.body[0], outer.body[0].body[-1]):
            place.lineno = place.end_lineno = new.lineno
        code = inner_code(compiled(version, class_name(around), outer), (_AROUND, _MAKE))
        code = _renamed(code, name, function.__qualname__)
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
        closure = tuple(_cell(free, cells, function) for free in code.co_freevars)
        made = types.FunctionType(code, function.__globals__, _MAKE, None, closure)()
        inner = inspect.unwrap(made)
        inner.__name__, inner.__qualname__ = name, function.__qualname__
        return made


def _steps(qualname):
    """The scope path of a qualified name."""
    parts = qualname.split(".")
    steps = []
    for at, part in enumerate(parts):
        if part != "<locals>":
            is_function = at == len(parts) - 1 or parts[at + 1] == "<locals>"
            steps.append(("def" if is_function else "class", part))
    return tuple(steps)


def _is_made_of(function, node):
    first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
    return function.__code__.co_firstlineno == first


def _below(version, node):
    """The decorators under ``reloading``."""
    at = next(at for at, decorator in enumerate(node.decorator_list) if version.names_reloading(decorator))
    return node.decorator_list[at + 1 :]


def _dump(nodes):
    return [ast.dump(node) for node in nodes]


def _free_names(around):
    node = around[-1][3]
    used = scopes.mentioned(node)
    free = set()
    for kind, _, _, outer in around[:-1]:
        if kind == "def":
            free |= scopes.bound(outer) | scopes.declared(outer, ast.Nonlocal)
    free &= used
    if class_name(around) is not None and used & {"super", "__class__"}:
        free.add("__class__")
    return free


def _cell(name, cells, function):
    if name in cells:
        return cells[name]
    if name == "__class__":
        owner = sys.modules.get(function.__module__)
        for part in function.__qualname__.split(".")[:-1]:
            owner = getattr(owner, part, None)
        if isinstance(owner, type):
            return types.CellType(owner)
    raise CannotShare(f"it uses `{name}` of the function around it, whose call is over")


def _renamed(code, name, qualname):
    """The code of the maker, with the function's own name on the code that it makes a function of."""
    constants = []
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType) and constant.co_name == _NEW:
            constant = named(constant, name, qualname)
        constants.append(constant)
    return code.replace(co_consts=tuple(constants))


def _parameters(node):
    """Each parameter that has a default, with the place of that in the tree."""
    arguments = node.args
    positional = getattr(arguments, "posonlyargs", []) + arguments.args
    first = len(positional) - len(arguments.defaults)
    for at, default in enumerate(arguments.defaults):
        yield positional[first + at].arg, arguments.defaults, at, default
    for at, default in enumerate(arguments.kw_defaults):
        if default is not None:
            yield arguments.kwonlyargs[at].arg, arguments.kw_defaults, at, default


def _keep_defaults(function, old_node, new):
    """Takes the defaults whose text has not changed out of a definition; they are not evaluated again."""
    if old_node is None:
        return {}
    old = {name: ast.dump(default) for name, _, _, default in _parameters(old_node)}
    values = _default_values(function)
    kept = {}
    for name, holder, at, default in _parameters(new):
        if old.get(name) == ast.dump(default) and name in values:
            kept[name] = values[name]
            holder[at] = ast.copy_location(ast.Constant(None), default)
    return kept


def _default_values(function):
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__ or ()
    values = dict(zip(positional[len(positional) - len(defaults) :], defaults))
    values.update(function.__kwdefaults__ or {})
    return values


def _restore_defaults(function, kept):
    code = function.__code__
    defaults = function.__defaults__ or ()
    positional = code.co_varnames[: code.co_argcount]
    names = positional[len(positional) - len(defaults) :]
    if defaults:
        function.__defaults__ = tuple(kept.get(name, value) for name, value in zip(names, defaults))
    if function.__kwdefaults__:
        function.__kwdefaults__ = {name: kept.get(name, value) for name, value in function.__kwdefaults__.items()}
