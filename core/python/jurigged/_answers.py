"""What the engine answers, as objects: reports, plans, changes. The same on both runtimes; no logic of reloading."""

import json


class Change:
    """One thing that was, or would be, done to the program. As text, the line of the log.

    ``kind`` is ``update``, ``add``, ``delete``, ``run``, ``rename``, ``move``, ``running`` (a call that finishes with its
    old code) or ``watch``; ``code`` the row of the table of edits, such as ``fn-body``; ``module`` and ``name`` say what
    (``name`` is the path in the module, empty for the module itself), ``to`` the new name of a rename or move, ``text`` the
    statement of a run, ``file`` and ``line`` where it is now.
    """

    __slots__ = ("kind", "code", "module", "name", "to", "file", "line", "text", "event")

    def __init__(self, kind, event, module="", name="", to=None, file=None, line=None, text=None, code=None):
        self.kind = kind
        self.event = event
        self.module = module
        self.name = name
        self.to = to
        self.file = file
        self.line = line
        self.text = text
        self.code = code

    def __str__(self):
        return self.event

    def __repr__(self):
        return f"<{self.event}>"


class Diagnostic:
    """What could not be done, or deserves a look.

    ``severity`` is ``error``, ``warning`` or ``notice``, ``code`` a stable name, ``message`` one line; ``details`` say why,
    ``running_now`` what the program runs instead, ``help`` what to do, ``file`` and ``line`` where.
    """

    __slots__ = ("severity", "code", "message", "details", "file", "line", "running_now", "help")

    def __init__(self, severity, code, message, details=(), place=None, running_now=None, help=None, **_):
        place = place or {}
        self.severity = severity
        self.code = code
        self.message = message
        self.details = list(details)
        self.file = place.get("path")
        self.line = place.get("line")
        self.running_now = running_now
        self.help = help

    def __str__(self):
        return f"{self.severity}[{self.code}]: {self.message}"

    def __repr__(self):
        return f"<{self}>"


class ChangeSet(list):
    """What one batch of saves has changed: a list of :class:`Change`, and what it has not: ``diagnostics``.

    ``revision`` counts the batches that have changed the program, ``files`` are those whose saves this answers, ``modules``
    those that changed; with ``undone`` the whole batch was taken back because something in it failed; ``seconds`` is the
    time from the save to the end of the commit. As text, what the log says.
    """

    def __init__(
        self, changes=(), diagnostics=(), revision=0, files=(), modules=(), undone=False, seconds=0.0, text=""
    ):
        super().__init__(changes)
        self.diagnostics = list(diagnostics)
        self.revision = revision
        self.files = list(files)
        self.modules = list(modules)
        self.undone = undone
        self.seconds = seconds
        self.text = text

    @property
    def errors(self):
        """The diagnostics that are errors: edits that do not run."""
        return [diagnostic for diagnostic in self.diagnostics if diagnostic.severity == "error"]

    @property
    def ok(self):
        """Does everything run that was saved?"""
        return not self.errors

    @classmethod
    def of(cls, answer):
        """The object of an answer of the engine."""
        found = json.loads(answer)
        return cls(
            [Change(**change) for change in found["events"]],
            [Diagnostic(**diagnostic) for diagnostic in found["diagnostics"]],
            found["revision"],
            found["files"],
            found["modules"],
            found["undone"],
            found["microseconds"] / 1e6,
            found["text"],
        )

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"<{type(self).__name__} {list(self)!r} {self.diagnostics!r}>"


class Report(ChangeSet):
    """What ``refresh()`` or ``undo()`` has done: a :class:`ChangeSet`."""


class Plan(list):
    """What is saved and not applied: the list of each :class:`Change` that a refresh would make, and ``diagnostics``.

    What only the running program can decide stands in its text, which ``str()`` gives.
    """

    def __init__(self, changes=(), diagnostics=(), modules=(), text=""):
        super().__init__(changes)
        self.diagnostics = list(diagnostics)
        self.modules = list(modules)
        self.text = text

    @classmethod
    def of(cls, answer):
        """The object of an answer of the engine."""
        found = json.loads(answer)
        return cls(
            [Change(**change) for change in found["changes"]],
            [Diagnostic(**diagnostic) for diagnostic in found["diagnostics"]],
            found["modules"],
            found["text"],
        )

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"<Plan {list(self)!r} {self.diagnostics!r}>"


class AppliedBatch:
    """A batch of the session's history: its ``revision``, the ``time`` (seconds since the epoch), its ``files``, and its
    ``events`` as the log told them."""

    __slots__ = ("revision", "time", "files", "events")

    def __init__(self, revision, time, files, events):
        self.revision = revision
        self.time = time
        self.files = files
        self.events = events

    def __repr__(self):
        return f"<revision {self.revision}: {'; '.join(self.events)}>"


def history_of(answer):
    """The list of :class:`AppliedBatch` of an answer of the engine."""
    return [AppliedBatch(**batch) for batch in json.loads(answer)]
