"""Names, signatures, submodules."""

import importlib
import inspect

from kit import check

NAMES = {
    "jurigged": "CodeFile ConformException Recoder Watcher __version__ db glob_filter make_recoder registry virtual_file watch",
    "jurigged.live": "DEFAULT_DEBOUNCE WatchOperation Watcher cli conservative_logger default_logger to_filter watch",
    "jurigged.recode": "OutOfSyncException Recoder make_recoder virtual_file",
    "jurigged.register": "Registry add_sniffer registry",
    "jurigged.codetools": "AddOperation ClassDefinition CodeFile CodeFileOperation Correspondence Definition DeleteOperation"
    " Extent FunctionDefinition GroupDefinition HeaderDefinition LineDefinition ModuleCode StaleException UpdateOperation",
    "jurigged.utils": "EventSource glob_filter or_filter shift_lineno",
    "jurigged.version": "version",
}


@check("names: those that are missing")
def missing(case):
    lacks = []
    for module, names in NAMES.items():
        found = importlib.import_module(module)
        lacks += [f"{module}.{name}" for name in names.split() if not hasattr(found, name)]
    return lacks


@check("names: `from jurigged import *`")
def star(case):
    space = {}
    exec("from jurigged import *", space)
    return [name for name in NAMES["jurigged"].split() if name not in space]


@check("names: a module and the package have the same objects")
def same(case):
    import jurigged
    from jurigged import codetools, live, recode, register, utils

    return [
        jurigged.watch is live.watch,
        jurigged.Watcher is live.Watcher,
        jurigged.registry is register.registry,
        jurigged.make_recoder is recode.make_recoder,
        jurigged.Recoder is recode.Recoder,
        jurigged.CodeFile is codetools.CodeFile,
        jurigged.glob_filter is utils.glob_filter,
        isinstance(jurigged.registry, register.Registry),
        isinstance(jurigged.__version__, str),
    ]


def _parameters(function):
    from jurigged.utils import EventSource

    def shown(parameter):
        simple = isinstance(parameter.default, (str, int, float, bool, type(None)))
        return f"{parameter.name}={parameter.default!r}" if simple else parameter.name

    found = inspect.signature(function).parameters.values()
    # What can only be given by name and has a default disturbs no call.
    return [shown(it) for it in found if it.kind is not it.KEYWORD_ONLY or function is EventSource]


@check("names: parameters and their defaults")
def parameters(case):
    import jurigged
    from jurigged.register import Registry
    from jurigged.utils import EventSource

    functions = [
        jurigged.watch,
        jurigged.make_recoder,
        jurigged.virtual_file,
        jurigged.glob_filter,
        jurigged.Recoder,
        jurigged.Recoder.patch,
        jurigged.Recoder.patch_module,
        jurigged.CodeFile,
        jurigged.CodeFile.merge,
        jurigged.CodeFile.commit,
        jurigged.CodeFile.associate,
        jurigged.Watcher,
        jurigged.Watcher.refresh,
        Registry.prepare,
        Registry.get,
        Registry.get_at,
        Registry.auto_register,
        Registry.set_logger,
        EventSource,
        EventSource.register,
    ]
    return {function.__qualname__: _parameters(function) for function in functions}


@check("names: the exceptions are exceptions")
def exceptions(case):
    from jurigged import ConformException
    from jurigged.codetools import StaleException
    from jurigged.recode import OutOfSyncException

    return [issubclass(kind, Exception) for kind in (ConformException, StaleException, OutOfSyncException)]


@check("utils: an event source calls its listeners and tells later ones what they missed")
def event_source(case):
    from jurigged.utils import EventSource

    told = []
    plain, kept = EventSource(), EventSource(save_history=True)
    for source in (plain, kept):
        source.emit(1, name="a")
        source.register(lambda *values, **named: told.append([values, named]))
        source.register(lambda *values, **named: told.append(["late", values]), apply_history=False)
        source.emit(2)
    listener = told.append
    return [told, plain.register(listener) is listener, len(plain)]


@check("utils: glob_filter")
def globs(case):
    import os

    from jurigged import glob_filter

    os.chdir(case.folder)
    case.at_end(lambda: os.chdir("/"))
    home = os.path.expanduser("~")
    pairs = [
        ("*.py", os.path.abspath("a.py")),
        ("./*.py", os.path.abspath("a.py")),
        (".", os.path.abspath("a.py")),
        ("./", os.path.abspath("deep/a.py")),
        ("~/*.py", f"{home}/a.py"),
        ("/a/b/*.py", "/a/b/c.py"),
        ("/a/b/*.py", "/a/b/c/d.py"),
        ("/a/b/*.py", "/b/c.py"),
        ("/a/b/c.py", "/a/b/c.py"),
        ("/", "/a/b/c.py"),
    ]
    return [glob_filter(pattern)(file) for pattern, file in pairs]


@check("utils: glob_filter with `**/`")
def folders(case):
    from jurigged import glob_filter

    return [glob_filter("/a/**/*.py")(file) for file in ("/a/b/c.py", "/a/b/c/d.py", "/a/b.py", "/b/a.py")]


@check("utils: or_filter")
def either(case):
    from jurigged.utils import or_filter

    def starts(letter):
        return lambda file: file.startswith(letter)

    one = starts("a")
    both = or_filter([one, starts("b")])
    return [or_filter([one]) is one, both("ab"), both("ba"), both("cc")]


@check("utils: shift_lineno moves a code object and those in it")
def shift(case):
    from jurigged.utils import shift_lineno

    code = compile("def f():\n    def g(): pass\n", "x", "exec").co_consts[0]
    moved = shift_lineno(code, 10)
    inner = next(it for it in moved.co_consts if hasattr(it, "co_name"))
    return [code.co_firstlineno, moved.co_firstlineno, inner.co_firstlineno, shift_lineno(5, 10)]
