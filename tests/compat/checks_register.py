"""`registry`, `Registry`, `db`."""

import importlib
import os
import sys

from kit import check, raised

TEXT = """
word = "mamba"


def quack(x, y):
    return x * y


class Duck:
    def quack(self):
        return "quack!"

    class Egg:
        @staticmethod
        @property
        def size(self):
            return 1


def outer(x):
    def inner():
        return x

    return inner
"""


def _registry(case):
    from jurigged import glob_filter
    from jurigged.register import Registry

    registry = Registry()
    sniffer = registry.auto_register(glob_filter(os.path.join(case.folder, "*.py")))
    case.at_end(sniffer.uninstall)
    return registry


def _seen(case, found):
    codefile, definition = found
    return [
        codefile and case.plain(codefile.filename),
        definition and case.plain(definition.dotpath()),
        definition and type(definition).__name__,
    ]


@check("registry: find of a module, functions, classes, code")
def find(case):
    registry = _registry(case)
    module = case.module(TEXT)
    sought = [
        module,
        module.quack,
        module.quack.__code__,
        module.Duck,
        module.Duck.quack,
        module.Duck().quack.__func__,
        module.Duck.Egg,
        module.outer,
        module.outer(1),
        module.outer(1).__code__,
    ]
    return [_seen(case, registry.find(it)) for it in sought]


@check("registry: find gives the objects back")
def find_objects(case):
    registry = _registry(case)
    module = case.module(TEXT)

    def held(it):
        return registry.find(it)[1].get_object()

    return [
        held(module) is vars(module),
        held(module.quack) is module.quack.__code__,
        held(module.Duck) is module.Duck,
        held(module.Duck.quack) is module.Duck.quack.__code__,
    ]


@check("registry: find of what has no definition")
def find_none(case):
    registry = _registry(case)
    module = case.module(TEXT + "\nkind = type('Kind', (), {'__module__': __name__})\n")
    function = type(module.quack)(module.quack.__code__.replace(co_name="xxx", co_firstlineno=10000), vars(module))
    return [_seen(case, registry.find(module.kind)), _seen(case, registry.find(function)), raised(registry.find, 1234)]


@check("registry: find without a filter, in a module that was loaded before")
def find_unprepared(case):
    from jurigged.register import Registry

    module = case.module(TEXT)
    registry = Registry()
    return [_seen(case, registry.find(module.quack.__code__)), _seen(case, registry.find(module.Duck))]


@check("registry: one CodeFile for each file")
def one(case):
    registry = _registry(case)
    module = case.module(TEXT)
    codefile = registry.get(case.path)
    return [codefile is registry.get(case.path), codefile is registry.find(module.quack)[0], codefile.module is module]


@check("registry: get of an unknown file and of one that is not loaded")
def unknown(case):
    registry = _registry(case)
    case.save(TEXT)
    prepared = registry.prepare(case.name, case.path)
    return [
        registry.get("inexistent"),
        registry.get(case.path),
        case.plain(str(prepared)),
        list(registry.get_at("inexistent", 3)),
    ]


@check("registry: get_at gives the function that begins in a line")
def get_at(case):
    registry = _registry(case)
    case.module(TEXT)
    found = [_seen(case, registry.get_at(case.path, line))[1] for line in range(1, 22)]
    return found


@check("registry: prepare by module name and by file")
def prepare(case):
    from jurigged.register import Registry

    case.module(TEXT)
    return [
        case.plain(str(Registry().prepare(module_name=case.name))),
        case.plain(str(Registry().prepare(filename=case.path))),
        case.plain(str(Registry().prepare(case.name, case.path))),
    ]


@check("registry: prepare tells precache_activity once, later listeners too")
def precache(case):
    from jurigged.register import Registry

    told = []
    registry = Registry()
    case.module(TEXT)
    registry.prepare(case.name, case.path)
    registry.precache_activity.register(lambda *values: told.append([case.plain(value) for value in values]))
    registry.prepare(case.name, case.path)
    return told


@check("registry: auto_register takes loaded modules and those that are loaded later, by its filter")
def auto_register(case):
    from jurigged.register import Registry

    told = []
    registry = Registry()
    registry.precache_activity.register(lambda name, file: told.append(case.plain(name)))
    case.module(TEXT)
    sniffer = registry.auto_register(lambda file: file.startswith(case.folder) and "skip" not in file)
    for name in ("later", "skipped"):
        name = f"{case.name}_{name}"
        with open(os.path.join(case.folder, f"{name}.py"), "w") as file:
            file.write(TEXT)
        importlib.invalidate_caches()
        importlib.import_module(name)
        case.at_end(lambda name=name: sys.modules.pop(name))
    sniffer.uninstall()
    return told


@check("registry: the events of a refresh, to the logger and to activity")
def events(case):
    registry = _registry(case)
    logged, active = [], []
    registry.set_logger(lambda event: logged.append(type(event).__name__))
    registry.activity.register(lambda event: active.append(case.plain(str(event))))
    module = case.module('word = "tyrant"\n')
    case.save('word = "pirate"\n')
    registry.get(case.path).refresh()
    return [module.word, logged, active]


@check("registry: a missing module can be looked for")
def import_error(case):
    _registry(case)
    return raised(importlib.import_module, "so_unknown")


@check("registry: a sniffer that raises disturbs no import")
def bad_sniffer(case):
    from jurigged.register import add_sniffer

    told = []

    def sniff(name, file):
        told.append([case.plain(name), case.plain(file)])
        raise RuntimeError

    sniffer = add_sniffer(sniff)
    case.at_end(sniffer.uninstall)
    return [case.module("x = 1\n").x, told]


@check("db: finds code by its path and functions by their code")
def db(case):
    from jurigged import db

    module = case.module(TEXT)
    db.collect_all()
    code = module.Duck.quack.__code__
    twin = type(module.quack)(code, vars(module))
    return [
        db.find_code("quack", module=case.name) is module.quack.__code__,
        db.find_code("Duck", "quack", filename=case.path) is code,
        db.find_code("outer", "inner", module=case.name).co_name,
        sorted(map(id, db.get_functions(code))) == sorted([id(twin), id(module.Duck.quack)]),
        raised(db.find_code, "nowhere", module=case.name),
    ]
