"""Watching files: ``watch`` and what it returns, loggers, filters."""

import os
import sys
import threading
import traceback
from dataclasses import dataclass

from . import _session
from .codetools import AddOperation, DeleteOperation, FunctionDefinition, UpdateOperation
from .register import registry as _registry
from .utils import EventSource, glob_filter, or_filter

__all__ = [
    "DEFAULT_DEBOUNCE",
    "WatchOperation",
    "Watcher",
    "cli",
    "conservative_logger",
    "default_logger",
    "to_filter",
    "watch",
]

#: Seconds that a file must be left alone before it is read, if its writer does not close it.
DEFAULT_DEBOUNCE = 0.05


@dataclass
class WatchOperation:
    """A file is watched."""

    filename: str

    def __str__(self):
        return f"Watch {self.filename}"


_COLOURS = [(AddOperation, "1;32"), (DeleteOperation, "1;31"), (UpdateOperation, "1;33"), (WatchOperation, "1")]


def default_logger(event):
    """Prints an event, or an exception with its traceback."""
    if isinstance(event, UpdateOperation) and not isinstance(event.defn, FunctionDefinition):
        # A class or a module changes with what is in it, which is told by itself.
        return
    if isinstance(event, Exception):
        limit = 0 if isinstance(event, SyntaxError) else None
        lines = traceback.format_exception(type(event), event, event.__traceback__, limit=limit)
        print(_coloured("".join(lines), "1;31"))
        return
    colour = next((colour for kind, colour in _COLOURS if isinstance(event, kind)), None)
    print(_coloured(str(event), colour))


def conservative_logger(event):
    """Prints exceptions only."""
    if isinstance(event, Exception):
        default_logger(event)


def _coloured(text, colour):
    if colour is None or os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


class Watcher:
    """Applies saves of the files that a registry prepares, from `start()` to `stop()`."""

    def __init__(self, registry, debounce=DEFAULT_DEBOUNCE, poll=False, *, filter=None):
        self.registry = registry
        self.debounce = debounce
        self.poll = poll
        #: Called with a file and its `CodeFile` before a save is applied.
        self.prerun = EventSource()
        #: Called with a file and its `CodeFile` after a save was applied.
        self.postrun = EventSource()
        self._filter = filter
        self._watching = None
        self._before = None
        self._stopped = threading.Event()
        self._stopped.set()
        registry.precache_activity.register(self.on_prepare)

    def on_prepare(self, module_name, filename):
        """Tells the logger of a file that is watched."""
        if not self._is_watched(filename):
            return
        self.registry.log(WatchOperation(filename))
        if self._watching is not None and not self.registry.registers(filename):
            # The answer is asked for once, when a file is seen first.
            self._rewatch()

    def _is_watched(self, filename):
        filename, registry = os.fspath(filename), self.registry
        if registry.registers(filename):
            # Another watcher of the same registry may have asked for it.
            return self._filter is None or self._filter(filename)
        return filename in registry.precache or filename in registry.cache

    def _rewatch(self):
        native = _session.native()
        number = native.watch(
            [],
            native.__file__,
            filter=self._is_watched,
            debounce=self.debounce or None,
            poll=self.poll or None,
            verbose=False,
        )
        if self._watching is not None:
            native.unwatch(self._watching)
        self._watching = number

    def start(self):
        """Watches from now on."""
        if self._watching is not None:
            return
        self._stopped.clear()
        self._rewatch()
        _session.listen()
        self.registry.follow()
        self.registry.applied.register(self._after_save)
        self._before = _session.before(self._before_save)

    def stop(self):
        """Watches no more; what other watchers watch stays watched."""
        if self._watching is None:
            return
        native = _session.native()
        native.unwatch(self._watching)
        native.unsubscribe(self._before)
        self.registry.applied.remove(self._after_save)
        self._watching = self._before = None
        self._stopped.set()

    def is_alive(self):
        """Does it watch?"""
        return self._watching is not None

    @property
    def observer(self):
        """What watches, with `is_alive()`: itself."""
        return self

    def join(self):
        """Waits until it is stopped."""
        self._stopped.wait()

    def _before_save(self, filename):
        self._run(self.prerun, filename)

    def _after_save(self, filename, codefile):
        self._run(self.postrun, filename)

    def _run(self, listeners, filename):
        if not listeners or not self._is_watched(filename):
            return
        try:
            listeners.emit(filename, self.registry.get(filename))
        except Exception as error:
            self.registry.log(error)

    def refresh(self, path):
        """Makes what is in a file run, now. An error is told to the logger."""
        codefile = self.registry.get(path)
        try:
            self.prerun.emit(path, codefile)
            codefile.refresh()
            self.postrun.emit(path, codefile)
        except Exception as error:
            self.registry.log(error)


def to_filter(pattern):
    """A function that tells whether a file is meant: by a glob, by any of a list, or by the function itself."""
    if isinstance(pattern, str):
        return glob_filter(pattern)
    if isinstance(pattern, (list, tuple)):
        return or_filter([to_filter(one) for one in pattern])
    return pattern


def watch(
    pattern="./*.py",
    logger=default_logger,
    registry=_registry,
    autostart=True,
    debounce=DEFAULT_DEBOUNCE,
    poll=False,
):
    """Applies saves of matching files to this process from now on.

    `pattern` is a glob, a list, or a function that is called with a file. `logger` is called with each event and each
    error. `debounce` and `poll` are in seconds. With `autostart=False` the watcher waits for its `start()`.
    """
    accepts = to_filter(pattern)
    registry.auto_register(filter=accepts)
    registry.set_logger(logger)
    watcher = Watcher(registry, debounce=debounce, poll=poll, filter=accepts)
    if autostart:
        watcher.start()
    return watcher


def cli():
    """The command ``jurigged``."""
    from .__main__ import main

    main()
