"""Hot reloading: save a file, and the definitions that changed are patched into the running program."""

import os as _os
import sys as _sys

_package = _os.path.dirname(_os.path.abspath(__file__))


def _load_native():
    """The extension inside the package, or the one that cargo built (``jurigged`` from a source tree)."""
    path = _os.environ.get("JURIGGED_EXTENSION")
    if path is None:
        from . import _jurigged

        return _jurigged
    from importlib.machinery import ExtensionFileLoader, ModuleSpec

    name = "jurigged._jurigged"
    loader = ExtensionFileLoader(name, path)
    spec = ModuleSpec(name, loader, origin=path)
    module = loader.create_module(spec)
    module.__file__ = path
    loader.exec_module(module)
    _sys.modules[name] = module
    return module


_native = _load_native()
__version__ = _native.__version__
Watcher = _native.Watcher

from ._status import Status, status_of as _status_of  # noqa: E402

__all__ = ["Status", "Watcher", "__version__", "status", "watch"]


def watch(pattern="./*.py", debounce=None, poll=None, verbose=True):
    """Apply saves of matching files to this process from now on.

    ``pattern`` is a glob or a list of globs relative to the current folder; ``debounce`` and ``poll`` are in seconds.
    With ``verbose`` every applied edit is reported on stderr. Returns a :class:`Watcher`, whose ``stop()`` ends it.
    """
    patterns = [pattern] if isinstance(pattern, str) else list(pattern)
    return _native.watch(patterns, _native.__file__, debounce=debounce, poll=poll or None, verbose=verbose)


def status():
    """What of this process is not what its files say, since when, why, and what to do: a :class:`Status`."""
    return _status_of(_native.status())
