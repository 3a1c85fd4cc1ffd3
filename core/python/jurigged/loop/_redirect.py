"""``--loop FUNC``: a function that the program defines becomes one that loops, for all who hold it.

A function is redirected in place: it gets code that calls the loop, and a twin of it keeps the real code, which is what
edits change. To happen before the program calls the function it has to happen as soon as the function exists: for a
function of the program's own file that is looked for at each new line of the file's body until it is there; for one of
another module, when the import of that module ends.
"""

import ast
import difflib
import functools
import sys
import types

from .. import _edits
from . import loop

#: The file of the code of redirected functions.
_FILE = "<jurigged --loop>"


class Reference:
    """A function as it is named: ``func``, ``Class.method``, ``module:func``, ``/module/Class/method``."""

    def __init__(self, text, decorate):
        self.text = text
        self.decorate = decorate
        if text.startswith("/"):
            _, self.module, *self.path = text.split("/")
        elif ":" in text:
            self.module, _, path = text.partition(":")
            self.path = path.split(".")
        else:
            self.module, self.path = None, text.split(".")
        self.namespace = None

    def redirect(self, namespace):
        """Redirects the function if it is there, under its decorators."""
        found = namespace.get(self.path[0])
        for name in self.path[1:]:
            found = getattr(found, "__dict__", {}).get(name)
        function = _inner_function(found, self.path[-1])
        if function is None:
            return False
        self.namespace = namespace
        if function.__code__.co_filename != _FILE:
            _redirect(function, self.decorate)
        return True

    def redirect_again(self):
        """An edit of the decorators has made another function."""
        if self.namespace is not None:
            self.redirect(self.namespace)


def install(always, on_error, interface, script=None, module=None):
    """Lets these functions loop once they exist.

    ``script`` is the file that runs, ``module`` that of which a function is called: names without a module are there.
    Gives the text of an error, or ``None``.
    """
    references = [Reference(text, functools.partial(loop, interface=interface)) for text in always]
    references += [
        Reference(text, functools.partial(loop, interface=interface, only_on_error=True)) for text in on_error
    ]
    for reference in references:
        if not all(reference.path) or reference.module == "":
            return _error("`%s` names no function" % reference.text, "write FUNC, CLASS.METHOD or MODULE:FUNC")
        if reference.module is None:
            reference.module = module
        if reference.module is None and script is not None:
            error = _looked_for(reference, script)
            if error is not None:
                return error
    own = [reference for reference in references if reference.module in (None, "__main__")]
    if own:
        _while_main_runs(own)
    others = [reference for reference in references if reference not in own]
    if others:
        _when_imported(others)
    _edits.subscribe(lambda report: [reference.redirect_again() for reference in references])
    return None


def _error(message, help):
    return "error[loop]: %s\n   = help: %s\n" % (message, help)


def _looked_for(reference, script):
    """An error if the script does not define the function. A script that cannot be parsed says so itself."""
    try:
        with open(script, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return None
    defined = list(_definitions(tree.body, ""))
    name = ".".join(reference.path)
    if name in defined:
        return None
    near = difflib.get_close_matches(name, defined, 1)
    import os

    return _error(
        "`%s` does not define the function `%s`" % (os.path.relpath(script), name),
        "did you mean `%s`?" % near[0] if near else "write MODULE:FUNC for a function of another module",
    )


def _definitions(body, prefix):
    """Functions of a module and its classes, also inside blocks."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + statement.name
        elif isinstance(statement, ast.ClassDef):
            yield from _definitions(statement.body, prefix + statement.name + ".")
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from _definitions(getattr(statement, field, None) or [], prefix)
            for handler in getattr(statement, "handlers", None) or getattr(statement, "cases", None) or []:
                yield from _definitions(handler.body, prefix)


def _while_main_runs(references):
    """Looks for functions of ``__main__`` before each line of its body, until all are there."""
    waiting = list(references)

    def look(namespace, is_over):
        """True when there is nothing more to look for."""
        waiting[:] = [reference for reference in waiting if not reference.redirect(namespace)]
        if is_over:
            for reference in waiting:
                sys.stderr.write(_error("the function `%s` was never defined" % reference.text, "it does not loop"))
        return is_over or not waiting

    # RustPython does not heed the events of code that has begun to run.
    if hasattr(sys, "monitoring") and sys.implementation.name == "cpython":
        _monitor_main(look)
    else:
        _trace_main(look)


def _is_main(frame):
    return frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__"


def _trace_main(look):
    def trace(frame, event, argument):
        if not _is_main(frame):
            return None
        if not look(frame.f_globals, event == "return"):
            return trace
        sys.settrace(None)
        return None

    sys.settrace(trace)


def _monitor_main(look):
    """As by tracing, without a call of ours for each call of the program: what it imports first may be much."""
    monitoring = sys.monitoring
    events = monitoring.events
    tool = next((tool for tool in (4, 3) if monitoring.get_tool(tool) is None), None)
    if tool is None:
        _trace_main(look)
        return
    monitoring.use_tool_id(tool, "jurigged --loop")
    begun = []

    def check(code, is_over):
        if begun == [code] and look(sys._getframe(2).f_globals, is_over):
            monitoring.set_local_events(tool, code, 0)
            for event in (events.PY_START, events.LINE, events.PY_RETURN):
                monitoring.register_callback(tool, event, None)
            monitoring.free_tool_id(tool)

    def start(code, offset):
        if not begun and _is_main(sys._getframe(1)):
            begun.append(code)
            monitoring.set_events(tool, 0)
            monitoring.set_local_events(tool, code, events.LINE | events.PY_RETURN)
        return None if begun else monitoring.DISABLE

    monitoring.register_callback(tool, events.PY_START, start)
    monitoring.register_callback(tool, events.LINE, lambda code, line: check(code, False))
    monitoring.register_callback(tool, events.PY_RETURN, lambda code, offset, value: check(code, True))
    monitoring.set_events(tool, events.PY_START)


def _when_imported(references):
    """Redirects functions of other modules when the import of these has ended."""
    waiting = {}
    for reference in references:
        waiting.setdefault(reference.module, []).append(reference)

    def imported(module):
        for reference in waiting.pop(module.__name__, ()):
            if not reference.redirect(vars(module)):
                defined = [name for name, value in vars(module).items() if _inner_function(value) is not None]
                near = difflib.get_close_matches(".".join(reference.path), defined, 1)
                sys.stderr.write(
                    _error(
                        "module `%s` does not define the function `%s`" % (module.__name__, ".".join(reference.path)),
                        "did you mean `%s:%s`?" % (module.__name__, near[0]) if near else "it does not loop",
                    )
                )

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name not in waiting:
                return None
            for finder in sys.meta_path:
                found = finder is not Finder and getattr(finder, "find_spec", None)
                spec = found and found(name, path, target)
                if spec is None or not spec:
                    continue
                execute = getattr(spec.loader, "exec_module", None)
                if execute is not None:

                    def exec_module(module):
                        execute(module)
                        imported(module)

                    spec.loader.exec_module = exec_module
                return spec
            return None

    for name in list(waiting):
        if name in sys.modules:
            imported(sys.modules[name])
    if waiting:
        sys.meta_path.insert(0, Finder)


def _inner_function(found, name=None):
    """The function of a definition of this name, under its decorators: also those that do not tell what they wrap."""
    for _ in range(100):
        inner = getattr(found, "fget", None) if isinstance(found, property) else getattr(found, "__wrapped__", None)
        if inner is None:
            inner = getattr(found, "__func__", None)
        if inner is None:
            break
        found = inner
    if not isinstance(found, types.FunctionType):
        return None
    for _, function in zip(range(100), _held_functions(found)):
        if function.__code__.co_name == name:
            return function
    return found


def _held_functions(function):
    """A function, and those that its closure holds."""
    waiting, seen = [function], set()
    while waiting:
        function = waiting.pop(0)
        if id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        for cell in function.__closure__ or ():
            try:
                held = cell.cell_contents
            except ValueError:
                continue
            if isinstance(held, types.FunctionType):
                waiting.append(held)


#: The loops, by the number that the code of a redirected function has.
_loops = []


def called(number, args, kwargs):
    """What a redirected function does."""
    return _loops[number](*args, **kwargs)


def _redirect(function, decorate):
    """Gives the function code that calls ``decorate(twin)``; the twin has the real code and all that belongs to it."""
    twin = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    for name in ("__kwdefaults__", "__doc__", "__module__", "__qualname__"):
        setattr(twin, name, getattr(function, name))
    twin.__dict__.update(function.__dict__)
    _loops.append(decorate(twin))
    function.__code__ = _code(function, len(_loops) - 1)


def _code(function, number):
    """Code with the free variables of the function: code with others does not fit its cells."""
    free = function.__code__.co_freevars
    name = function.__name__ if function.__name__.isidentifier() else "function"
    lines = ["def outer():"]
    lines += ["    %s = None" % variable for variable in free]
    lines += ["    def %s(*args, **kwargs):" % name]
    # Never run; that the names are read is what makes them free variables.
    lines += ["        if args is kwargs: %s" % ", ".join(free)] if free else []
    lines += [
        "        from jurigged.loop._redirect import called",
        "        return called(%d, args, kwargs)" % number,
        "    return %s" % name,
    ]
    names = {}
    exec(compile("\n".join(lines), _FILE, "exec"), names)
    return names["outer"]().__code__
