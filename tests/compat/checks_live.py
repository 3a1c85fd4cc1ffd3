"""`watch`, `Watcher`, loggers, filters."""

import contextlib
import io
import os

from kit import check, raised

ONE = "def f():\n    return 1\n"
TWO = "def f():\n    return 2\n"


def _watch(case, pattern=None, **how):
    from jurigged import watch
    from jurigged.register import Registry

    how.setdefault("registry", Registry())
    how.setdefault("logger", case.log.append)
    how.setdefault("debounce", 0.01)
    watcher = watch(pattern if pattern is not None else os.path.join(case.folder, "*.py"), **how)
    case.at_end(lambda: raised(watcher.stop))
    return watcher


def _told(case, text):
    """Whether the logger is told of something."""
    return case.wait(lambda: any(event.startswith(text) for event in case.events()))


@check("watch: a save goes live, the same function")
def save(case):
    _watch(case)
    module = case.module(ONE)
    held = module.f
    case.save(TWO)
    return [case.wait(lambda: held() == 2), module.f is held]


@check("watch: what is loaded already is watched")
def loaded(case):
    module = case.module(ONE)
    _watch(case)
    case.save(TWO)
    return case.wait(lambda: module.f() == 2)


@check("watch: what its logger is told")
def logger(case):
    _watch(case)
    case.module(ONE)
    seen = [_told(case, "Watch"), case.events("WatchOperation")]
    case.save(TWO + "\n\ndef g():\n    return 3\n")
    seen += [_told(case, "Update PROGRAM @"), case.events("UpdateOperation", "AddOperation")]
    return seen


@check("watch: the kinds of what its logger is told")
def kinds(case):
    from jurigged.codetools import AddOperation, DeleteOperation, UpdateOperation
    from jurigged.live import WatchOperation

    _watch(case)
    case.module(ONE + "\n\ndef g():\n    return 1\n")
    case.save(TWO + "\n\ndef h():\n    return 1\n")
    seen = [_told(case, "Update PROGRAM @")]
    for kind in (WatchOperation, UpdateOperation, AddOperation, DeleteOperation):
        seen.append(any(isinstance(event, kind) for event in case.log))
    return seen


@check("watch: a text that does not parse is told, and the next good one goes live")
def syntax(case):
    _watch(case)
    module = case.module(ONE)
    case.save("def f(:\n")
    seen = [case.wait(lambda: any(isinstance(event, SyntaxError) for event in case.log)), module.f()]
    case.save(TWO)
    return [*seen, case.wait(lambda: module.f() == 2)]


@check("watch: a statement that raises is told")
def failing(case):
    _watch(case)
    case.module(ONE)
    case.save(ONE + "x = 1 / 0\n")
    return case.wait(lambda: any(isinstance(event, Exception) for event in case.log))


@check("watch: autostart=False, start, stop, join")
def start(case):
    watcher = _watch(case, autostart=False)
    module = case.module(ONE)
    watcher.start()
    case.save(TWO)
    seen = [case.wait(lambda: module.f() == 2)]
    watcher.stop()
    watcher.join()
    case.save(ONE)
    import time

    time.sleep(0.3)
    return [*seen, module.f()]


@check("watch: refresh of a path, without waiting")
def refresh(case):
    watcher = _watch(case, autostart=False)
    module = case.module(ONE)
    case.save(TWO)
    watcher.refresh(case.path)
    return [module.f(), case.events("UpdateOperation")]


@check("watch: refresh tells an error and does not raise it")
def refresh_error(case):
    watcher = _watch(case, autostart=False)
    module = case.module(ONE)
    case.save("def f(:\n")
    watcher.refresh(case.path)
    return [module.f(), case.events("SyntaxError")]


@check("watch: prerun and postrun around a refresh")
def runs(case):
    watcher = _watch(case, autostart=False)
    module = case.module(ONE)
    told = []
    watcher.prerun.register(lambda path, codefile: told.append(["pre", case.plain(path), case.plain(codefile.filename), module.f()]))
    watcher.postrun.register(lambda path, codefile: told.append(["post", case.plain(path), case.plain(codefile.filename), module.f()]))
    case.save(TWO)
    watcher.refresh(case.path)
    return told


@check("watch: prerun and postrun around a save")
def runs_saved(case):
    watcher = _watch(case)
    module = case.module(ONE)
    told = []
    watcher.prerun.register(lambda path, codefile: told.append(["pre", case.plain(path), module.f()]))
    watcher.postrun.register(lambda path, codefile: told.append(["post", case.plain(path), module.f()]))
    case.save(TWO)
    case.wait(lambda: len(told) >= 2)
    return told[:2]


@check("watch: a prerun that raises is told, and the save is not applied")
def prerun_raises(case):
    watcher = _watch(case, autostart=False)
    module = case.module(ONE)
    watcher.prerun.register(lambda path, codefile: 1 / 0)
    case.save(TWO)
    watcher.refresh(case.path)
    return [module.f(), case.events("ZeroDivisionError")]


@check("watch: its attributes")
def attributes(case):
    from jurigged import Watcher
    from jurigged.register import Registry

    registry = Registry()
    watcher = _watch(case, registry=registry, autostart=False, debounce=0.25)
    return [isinstance(watcher, Watcher), watcher.registry is registry, watcher.debounce, watcher.poll]


@check("watch: poll")
def poll(case):
    watcher = _watch(case, poll=0.05)
    module = case.module(ONE)
    case.save(TWO)
    return [case.wait(lambda: module.f() == 2), watcher.poll]


@check("watch: a file outside of the pattern is left alone")
def outside(case):
    _watch(case, os.path.join(case.folder, "nothing*.py"))
    module = case.module(ONE)
    case.save(TWO)
    import time

    time.sleep(0.3)
    return module.f()


@check("watch: the pattern as a list")
def patterns(case):
    _watch(case, [os.path.join(case.folder, "nothing*.py"), case.path])
    module = case.module(ONE)
    case.save(TWO)
    return case.wait(lambda: module.f() == 2)


@check("watch: the pattern as a function")
def function(case):
    asked = []

    def accept(file):
        if file == case.path:
            asked.append(case.plain(file))
        return file == case.path

    _watch(case, accept)
    module = case.module(ONE)
    case.save(TWO)
    return [case.wait(lambda: module.f() == 2), bool(asked), asked[:1]]


@check("watch: to_filter")
def filters(case):
    from jurigged.live import to_filter

    def accept(file):
        return True

    return [
        to_filter(accept) is accept,
        to_filter([accept]) is accept,
        to_filter("/a/*.py")("/a/b.py"),
        to_filter(["/a/*.py", "/b/*.py"])("/b/b.py"),
        to_filter(["/a/*.py", accept])("/c"),
    ]


@check("watch: two watchers side by side, each with its own files and logger")
def side_by_side(case):
    from jurigged import watch
    from jurigged.register import Registry

    other = os.path.join(case.folder, f"{case.name}_other.py")
    with open(other, "w") as file:
        file.write("def g():\n    return 1\n")
    logs = [], []
    one = watch(case.path, logger=lambda event: logs[0].append(str(event)), registry=Registry(), debounce=0.01)
    two = watch(other, logger=lambda event: logs[1].append(str(event)), registry=Registry(), debounce=0.01)
    case.at_end(lambda: raised(one.stop))
    case.at_end(lambda: raised(two.stop))
    module = case.module(ONE)
    import importlib

    second = importlib.import_module(f"{case.name}_other")
    case.save(TWO)
    seen = [case.wait(lambda: module.f() == 2)]
    one.stop()
    with open(other, "w") as file:
        file.write("def g():\n    return 2\n")
    seen.append(case.wait(lambda: second.g() == 2))
    case.wait(lambda: any("Update" in text for text in logs[1]))
    return [seen, [any("Update" in text and name in text for text in log) for log in logs for name in (".f", ".g")]]


@check("watch: what the recoder and the watcher do to one function")
def with_recoder(case):
    from jurigged import make_recoder, registry

    _watch(case, registry=registry)
    module = case.module(ONE)
    recoder = make_recoder(module.f)
    recoder.patch("def f():\n    return 10")
    seen = [module.f(), recoder.status]
    case.save(TWO)
    seen += [case.wait(lambda: module.f() == 2), case.wait(lambda: recoder.status == "out-of-sync")]
    recoder.repatch()
    seen += [module.f()]
    recoder.commit()
    return [*seen, case.text()]


@check("watch: a commit is not taken for an edit")
def commit_is_quiet(case):
    from jurigged import make_recoder, registry

    _watch(case, registry=registry)
    module = case.module(ONE)
    recoder = make_recoder(module.f)
    recoder.patch("def f():\n    return 10")
    told = len(case.log)
    recoder.commit()
    import time

    time.sleep(0.3)
    return [module.f(), recoder.status, case.events()[told:]]


def _printed(event, logger):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        logger(event)
    return out.getvalue()


@check("loggers: what they print")
def printed(case):
    from jurigged.live import WatchOperation, conservative_logger, default_logger

    module, codefile = case.merged(ONE + "\nx = 1\n", TWO + "\ny = 1\n\n\ndef g():\n    return 1\n", order="new")
    shown = [case.plain(_printed(event, default_logger)) for event in case.log]
    quiet = [_printed(event, conservative_logger) for event in case.log]
    errors = [TypeError("hello")]
    try:
        compile("def f(:", "f.py", "exec")
    except SyntaxError as error:
        errors.append(error)
    shown += [_printed(WatchOperation("some_file.py"), default_logger), _printed(12345, default_logger)]
    for error in errors:
        texts = [_printed(error, logger) for logger in (default_logger, conservative_logger)]
        shown.append([texts[0] == texts[1], type(error).__name__ in texts[0], getattr(error, "msg", str(error)) in texts[0]])
    return [shown, quiet]
