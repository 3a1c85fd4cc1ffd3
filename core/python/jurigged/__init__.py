"""Hot reloading: save a file, and the definitions that changed are patched into the running program."""

import os as _os
import sys as _sys

# The embedded interpreter has the package built in, without a file.
_package = _os.path.dirname(_os.path.abspath(globals().get("__file__", "")))


def _load_native():
    """What is built in; else the extension inside the package, or the one that cargo built (``jurigged`` from a source tree)."""
    name = "jurigged._jurigged"
    if name in _sys.modules:
        return _sys.modules[name]
    path = _os.environ.get("JURIGGED_EXTENSION")
    if path is None:
        from . import _jurigged

        return _jurigged
    from importlib.machinery import ExtensionFileLoader, ModuleSpec

    loader = ExtensionFileLoader(name, path)
    spec = ModuleSpec(name, loader, origin=path)
    module = loader.create_module(spec)
    module.__file__ = path
    loader.exec_module(module)
    _sys.modules[name] = module
    return module


_native = _load_native()
__version__ = _native.__version__

from ._status import Status, status_of as _status_of  # noqa: E402

#: Loaded when first asked for: `import jurigged` must cost a program little.
_LAZY = {
    **dict.fromkeys(("AppliedBatch", "Change", "ChangeSet", "Diagnostic", "Plan", "Report"), "_answers"),
    # What programs know from jurigged 0.6.
    **dict.fromkeys(("ConformException", "db"), "_db"),
    **dict.fromkeys(("Recoder", "make_recoder", "virtual_file"), "recode"),
    **dict.fromkeys(("Watcher", "watch"), "live"),
    "CodeFile": "codetools",
    "glob_filter": "utils",
    "registry": "register",
}
_SUBMODULES = {"codetools", "live", "loop", "recode", "register", "utils", "version"}

__all__ = [
    "Status",
    "Subscription",
    "__version__",
    "history",
    "on_change",
    "plan",
    "refresh",
    "reloading",
    "status",
    "undo",
    *_LAZY,
]


def __getattr__(name):
    if name == "reloading":
        # Not kept: each module that asks for it has its functions prepared.
        from ._reloading import adopt, reloading

        adopt.prepare_importers(_native)
        return reloading
    if name not in _LAZY and name not in _SUBMODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_LAZY, *_SUBMODULES, "reloading"})


def status():
    """What of this process is not what its files say, since when, why, and what to do: a :class:`Status`."""
    return _status_of(_native.status())


def refresh(timeout=None):
    """Apply what was saved, now: a sync point.

    When it returns, every save that was complete before the call is live, or reported: a :class:`Report`. It looks at the
    files itself and waits for no event, so it costs little where nothing changed: a game loop may call it in every frame.
    ``timeout`` is in seconds (:exc:`TimeoutError`).
    """
    from ._answers import Report

    return Report.of(_native.refresh(timeout))


def plan():
    """What :func:`refresh` would do now: a :class:`Plan`. Nothing is applied."""
    from ._answers import Plan

    return Plan.of(_native.plan())


def undo():
    """Take the last applied edit of this session back, in the process: a :class:`Report`.

    The text that ran before it is applied like an edit. The file stays as it is; :func:`status` lists it as undone until it
    is saved again, which applies it again.
    """
    from ._answers import Report

    return Report.of(_native.undo())


def history():
    """The applied edits that :func:`undo` can take back, oldest first: a list of :class:`AppliedBatch`."""
    from ._answers import history_of

    return history_of(_native.history())


def on_change(callback):
    """Call ``callback(change_set)`` with a :class:`ChangeSet` after every batch that changed, refused or failed something.

    It is called on the thread that has applied the batch, and must not call :func:`refresh` or :func:`undo`. Returns a
    :class:`Subscription`, whose ``stop()`` ends it; usable as a decorator of the callback all the same.
    """
    from ._answers import ChangeSet

    return Subscription(_native.subscribe(lambda answer: callback(ChangeSet.of(answer))), callback)


class Subscription:
    """A callback that is told of changes; calling it calls the callback."""

    def __init__(self, number, callback):
        self._number = number
        self._callback = callback

    def __call__(self, change_set):
        return self._callback(change_set)

    def stop(self):
        """Tell it no more."""
        _native.unsubscribe(self._number)


def load_ipython_extension(shell):
    """``%load_ext jurigged`` in IPython and Jupyter; then see ``%jurigged``."""
    from ._ipython import load

    load(shell)


def unload_ipython_extension(shell):
    """``%unload_ext jurigged``."""
    from ._ipython import unload

    unload(shell)


def _prepare_first_importer():
    """``import jurigged`` and then ``jurigged.reloading(...)`` in a function: that would be too late to prepare it."""
    frame = _sys._getframe(1)
    while frame is not None:
        waiting = [frame.f_code] if frame.f_code.co_name == "<module>" and frame.f_globals is not globals() else []
        while waiting:
            code = waiting.pop()
            if "reloading" in code.co_names:
                __getattr__("reloading")
                return
            waiting.extend(constant for constant in code.co_consts if isinstance(constant, type(code)))
        frame = frame.f_back


_prepare_first_importer()
