"""Files as trees of definitions, what can be done with them, and the events that tell of it."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass

from . import _session
from ._definitions import (
    ClassDefinition,
    Correspondence,
    Definition,
    Extent,
    FunctionDefinition,
    GroupDefinition,
    HeaderDefinition,
    LineDefinition,
    ModuleCode,
    graft,
    read_tree,
)
from ._merge import merged, reordered
from ._source import Source, decoded, plain, read, with_newline
from .utils import EventSource

__all__ = [
    "AddOperation",
    "ClassDefinition",
    "CodeFile",
    "CodeFileOperation",
    "Correspondence",
    "Definition",
    "DeleteOperation",
    "Extent",
    "FunctionDefinition",
    "GroupDefinition",
    "HeaderDefinition",
    "LineDefinition",
    "ModuleCode",
    "ReloadError",
    "StaleException",
    "UpdateOperation",
]


#: Seconds to wait for another thread that is at work on the same file: before what runs is only looked at, and before it
#: is changed.
_SOON, _LATE = 1.0, 60.0


class StaleException(Exception):
    """A file is not written because it is not the one that was read."""


class ReloadError(Exception):
    """Something of an edit is not live; the text says what, why, and what runs now."""


class CodeFile:
    """A file, its definitions, and the text that runs."""

    def __init__(self, filename, module_name, source=None):
        #: Called with each event.
        self.activity = EventSource()
        self.filename = filename
        self.module_name = module_name
        # What was read or written last, as it is; a text that was handed over may differ in its line endings.
        self._saved = read(filename)[1] if source is None else source
        self.root = read_tree(Source(self._saved, filename), filename, module_name)
        #: What was not live of the last text that was to run, as exceptions.
        self.problems = []
        self._lock = threading.RLock()

    @property
    def module(self):
        """The module that runs it."""
        return self.root.module

    @property
    def text(self):
        """The text that runs, with its own line endings."""
        return self.root.source.text

    @property
    def saved(self):
        """The text that was read or written last."""
        return _ended(plain(self._saved))

    @property
    def dirty(self):
        """Is there something to commit?"""
        return self.text != self._saved

    def associate(self, obj):
        """Names the module, or the namespace, that runs the file."""
        from types import ModuleType

        if isinstance(obj, ModuleType):
            self.root.module, self.root.globals = obj, vars(obj)
            _session.follow(self)
        elif isinstance(obj, dict):
            self.root.module, self.root.globals = None, obj
        else:
            raise TypeError("associate expects a dict or module")

    def read_source(self):
        """The text of the file as it is now."""
        return _ended(plain(read(self.filename)[1]))

    def stale(self):
        """Has the file changed since it was read or written last?"""
        text = read(self.filename)[1]
        return text != self._saved and _ended(plain(text)) != self.saved

    def merge(self, other, order="original", allow_deletions=True):
        """Makes the definitions of another `CodeFile` run in the place of those of this one.

        With ``order="original"`` definitions stay in their order, with ``"new"`` they take that of ``other``. What
        ``other`` lacks is deleted if ``allow_deletions`` is true, or a list that has it. Returns four lists of
        definitions: those that are the same, changed, added, missing in ``other``. What cannot be done is told to
        ``activity`` as an exception.
        """
        self.follow_running_text()

        def is_deletable(definition):
            if isinstance(allow_deletions, (list, tuple, set, frozenset)):
                return any(definition is it for it in allow_deletions)
            return bool(allow_deletions)

        if order not in ("original", "new"):
            raise ValueError(f"order is `original` or `new`, not {order!r}")
        same, changes, _, deletions = self.root.correspond(other.root).summary()
        if order == "original":
            text = merged(self.root, other.root, is_deletable)
        else:
            text = reordered(self.root, other.root, is_deletable)
            if "\r" not in text:
                text = with_newline(text, self.root.source.newline)
        additions = self.run(text)
        return same, changes, additions, deletions

    def commit(self, check_stale=True):
        """Writes the text that runs into the file. Raises :class:`StaleException` if somebody else has changed it."""
        if not self.dirty:
            return
        if check_stale and self.stale():
            raise StaleException(f"Cannot commit changes to {self.filename} because the file was changed.")
        _write(self.filename, self.text)
        self._saved = self.text
        _session.take_save(self.filename)
        _session.show_lines(self.filename, None)

    def refresh(self):
        """Makes the text of the file run. Raises ``SyntaxError`` if it does not parse."""
        text = read(self.filename)[1]
        Source(text, self.filename)
        self.follow_running_text()
        if self.root.module is not None and text != self.text:
            with self._at_work() as events:
                # Where the session knows the file, it must not hear of the save later, and take back what came after it.
                self.problems = _session.take_save(self.filename)
                running = _session.running_text(self.filename)
                if running is not None:
                    self._adopt(running, events)
            self._tell(events)
            if self.problems:
                return
        self.run(text)
        self._note_saved(text)

    def run(self, text):
        """Makes a text run and tells of what changed; returns the added definitions."""
        self.problems = []
        Source(text, self.filename)
        if self.root.module is None and self.root.globals is not None and text != self.text:
            raise ReloadError(f"{self.filename} is associated with a namespace; only a module can be patched")
        with self._at_work() as events:
            if self.root.module is not None and text != self.text:
                self.problems = _session.apply(self, text)
                text = _session.running_text(self.filename) or text
            additions = self._adopt(text, events)
            if self.root.module is not None:
                _session.show_lines(self.filename, None if text == self._saved else text)
        self._tell(events)
        return additions

    def follow_running_text(self):
        """Takes over what was made to run otherwise: by a save, or by another `CodeFile` of the same file."""
        if self.root.module is None:
            return
        # Code that a save runs may come here while the thread that has the lock waits for the save.
        if not self._lock.acquire(timeout=_SOON):
            return
        events = []
        try:
            text = _session.running_text(self.filename)
            if text is None or text == self.text:
                return
            self._adopt(text, events)
            try:
                self._note_saved(read(self.filename)[1])
            except (OSError, SyntaxError, UnicodeDecodeError):
                # Not a file, or not one that can be read: nothing of it runs.
                pass
        finally:
            self._lock.release()
        for event in events:
            self.activity.emit(event)

    @contextmanager
    def _at_work(self):
        """Nobody else makes a text run, or takes one over, meanwhile. Gives a list for the events."""
        if not self._lock.acquire(timeout=_LATE):
            raise ReloadError(f"another thread is at work on {self.filename}")
        try:
            yield []
        finally:
            self._lock.release()

    def _tell(self, events):
        for event in [*events, *self.problems]:
            self.activity.emit(event)

    def _note_saved(self, text):
        # A file that has something in it that does not run must not be written over.
        if text == self.text:
            self._saved = text
            _session.show_lines(self.filename, None)

    def batch_applied(self, filename, problems):
        """Called after a batch of saves was applied."""
        if filename == self.filename:
            self.follow_running_text()

    def _adopt(self, text, events):
        """Describes a text that runs already; returns the added definitions."""
        if text == self.text:
            return []
        found = read_tree(Source(text, self.filename), self.filename, self.module_name)
        difference = self.root.correspond(found)
        graft(self.root, found)
        events.extend(self._events(difference))
        return difference.summary()[2]

    def _events(self, difference):
        for child in difference.child_correspondences or ():
            if isinstance(child.original or child.new, HeaderDefinition):
                continue
            if child.original is None:
                yield AddOperation(self, child.new)
            elif child.new is None:
                yield DeleteOperation(self, child.original)
            elif child.changed and isinstance(child.original, ClassDefinition):
                yield from self._events(child)
            elif child.changed:
                yield UpdateOperation(self, child.original)
        if difference.changed:
            yield UpdateOperation(self, difference.original)


def _ended(text):
    return text if text.endswith("\n") else text + "\n"


def _write(filename, text):
    """Writes a text in the encoding of the file, in place: owner, mode and links stay."""
    with open(filename, "r+b") as file:
        _, encoding, mark = decoded(file.read())
        # Before anything is written: it may not be possible.
        data = mark + text.encode(encoding)
        file.seek(0)
        file.write(data)
        file.truncate()


@dataclass
class CodeFileOperation:
    """Something that happened to a definition."""

    codefile: CodeFile
    defn: Definition


class UpdateOperation(CodeFileOperation):
    """A definition has changed."""

    def __str__(self):
        return f"Update {self.defn.dotpath()} @L{self.defn.stashed.lineno}"


class AddOperation(CodeFileOperation):
    """A definition is new, or a statement was run."""

    def __str__(self):
        line = self.defn.stashed.lineno
        if isinstance(self.defn, LineDefinition):
            return f"Run {self.defn.parent.dotpath()} @L{line}: {self.defn.text}"
        return f"Add {self.defn.dotpath()} @L{line}"


class DeleteOperation(CodeFileOperation):
    """A definition is gone."""

    def __str__(self):
        return f"Delete {self.defn.dotpath()} @L{self.defn.stashed.lineno}"
