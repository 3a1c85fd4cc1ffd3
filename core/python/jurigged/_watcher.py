"""What ``jurigged.watch()`` returns."""

import threading

from . import _native


class Hooks(list):
    """Functions that are called with the path of a file, in the order in which they were registered."""

    def register(self, function):
        """Adds a function; usable as a decorator."""
        self.append(function)
        return function

    def emit(self, *arguments):
        for function in tuple(self):
            function(*arguments)


class Watcher:
    """Applies saves of some files. Several live side by side: a file that two watch is patched once.

    The functions of ``prerun`` are called with the path of each of its files before a save of it is applied, those of
    ``postrun`` after it; on the thread that applies it.
    """

    def __init__(self, pattern, debounce=None, poll=None, verbose=True):
        self.prerun = Hooks()
        self.postrun = Hooks()
        self._filter = pattern if callable(pattern) else None
        self._patterns = [] if self._filter else [pattern] if isinstance(pattern, str) else list(pattern)
        self._options = {"debounce": debounce, "poll": poll or None, "verbose": verbose}
        self._number = None
        self._subscriptions = []
        self._stopped = threading.Event()

    def start(self):
        """Begins, or begins again. Does nothing while it watches."""
        if self._number is not None:
            return
        self._stopped.clear()
        self._number = _native.watch(self._patterns, _native.__file__, filter=self._filter, **self._options)
        self._subscriptions = [
            _native.subscribe(self._before, before=True),
            _native.subscribe(self._after),
        ]

    def stop(self):
        """Ends it: saves of files that nobody else watches are not applied any more."""
        number, self._number = self._number, None
        if number is None:
            return
        _native.unwatch(number)
        for subscription in self._subscriptions:
            _native.unsubscribe(subscription)
        self._stopped.set()

    def join(self, timeout=None):
        """Waits until it is stopped."""
        self._stopped.wait(timeout)

    def refresh(self, path):
        """Applies what was saved of one file, now; returns the :class:`Report`."""
        from ._answers import Report

        return Report.of(_native.refresh(None, path))

    def _before(self, answer):
        self._emit(self.prerun, answer)

    def _after(self, answer):
        self._emit(self.postrun, answer)

    def _emit(self, hooks, answer):
        if not hooks:
            return
        import json

        told = json.loads(answer)
        if any(change["kind"] == "watch" for change in told.get("events", ())):
            return
        for path in told["files"]:
            if _native.watches(self._number, path):
                hooks.emit(path)
