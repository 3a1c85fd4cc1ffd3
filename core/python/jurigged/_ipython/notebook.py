"""The magic, and when what is saved gets applied."""

import json
import os
import shlex
import sys

import jurigged

from .cells import Cells

_native = jurigged._native

_USAGE = """\
%jurigged on               apply what is saved before every cell, and nothing while one runs
%jurigged on --immediate   apply it at once, also while a cell runs
%jurigged off              apply nothing; `%jurigged now` still does
%jurigged now              apply what is saved
%jurigged status           what does not run as it is saved, and why
%jurigged plan             what `now` would do
%jurigged undo             take the last applied edit back, in this process
"""


class Notebook:
    """What one shell has of jurigged."""

    def __init__(self, shell):
        self._shell = shell
        self._cells = Cells(shell)
        self._is_on = False
        self._immediate = False
        self._subscription = None
        # Reports of what was applied between cells, or while one ran; shown by the thread that runs cells.
        self._untold = []
        self._asking = False

    def on(self, immediate):
        """From now on what is saved is applied: before each cell, or at once."""
        _start_session()
        _native.set_passive(not immediate)
        self._immediate = immediate
        if self._subscription is None:
            self._subscription = _native.subscribe(self._hear)
        if not self._is_on:
            self._shell.events.register("pre_run_cell", self._before_cell)
            self._shell.events.register("post_run_cell", self._after_cell)
            self._is_on = True

    def off(self):
        """Nothing is applied any more, but by ``now``."""
        if self._is_on:
            _native.set_passive(True)
            self._shell.events.unregister("pre_run_cell", self._before_cell)
            self._shell.events.unregister("post_run_cell", self._after_cell)
            self._is_on = False

    def magic(self, line):
        """Hot reloading: on [--immediate], off, now, status, plan, undo."""
        words = shlex.split(line)
        action, options = (words[0], words[1:]) if words else ("", [])
        if action == "on" and options in ([], ["--immediate"]):
            self.on(immediate=bool(options))
        elif action == "off" and not options:
            self.off()
        elif action in _ACTIONS and not options:
            print(_ACTIONS[action](self) or "nothing")
        else:
            sys.stderr.write(_USAGE)

    def now(self):
        """Applies what is saved; the report as text."""
        return self._ask(_native.refresh)

    def undo(self):
        """Takes the last applied edit back; the report, or why not, as text."""
        try:
            return self._ask(_native.undo)
        except RuntimeError as problem:
            return str(problem)

    def status(self):
        """What does not run as it is saved, as text."""
        return str(jurigged.status()).rstrip()

    def plan(self):
        """What ``now`` would do, as text."""
        return str(jurigged.plan()).rstrip()

    def _ask(self, question, *arguments):
        self._asking = True
        try:
            return json.loads(question(*arguments))["text"].rstrip()
        finally:
            self._asking = False

    def _hear(self, report):
        """On the thread of the session."""
        if not self._asking and self._immediate:
            self._untold.append(json.loads(report))

    def _tell(self):
        while self._untold:
            tell(self._untold.pop(0))

    def _before_cell(self, info):
        if info.raw_cell.lstrip().startswith("%jurigged"):
            # `plan` and `off` are about what is not applied.
            return
        self._asking = True
        try:
            tell(json.loads(_native.refresh()))
        finally:
            self._asking = False
        self._tell()
        self._cells.before()

    def _after_cell(self, result):
        self._asking = True
        try:
            for report in self._cells.after(result):
                tell(report)
        finally:
            self._asking = False
        self._tell()


_ACTIONS = {
    "now": Notebook.now,
    "undo": Notebook.undo,
    "status": Notebook.status,
    "plan": Notebook.plan,
}


def tell(report):
    """Shows a report in the output of the cell; what is wrong, where errors are shown."""
    text = report["text"].rstrip()
    if text:
        wrong = any(found["severity"] == "error" for found in report["diagnostics"])
        print(text, file=sys.stderr if wrong else sys.stdout, flush=True)


def _start_session():
    """A session that reports to us alone, unless the program has one already."""
    try:
        _native.files()
        return
    except RuntimeError:
        pass
    # Standard error of the process is not that of a cell.
    log, level = "JURIGGED_LOG_FILE", "JURIGGED_LOG_LEVEL"
    kept = {name: os.environ.get(name) for name in (log, level)}
    os.environ[log] = kept[log] or os.devnull
    os.environ[level] = kept[level] or "info"
    try:
        _native.watch(["**/*.py"], _native.__file__)
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
