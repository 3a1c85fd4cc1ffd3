"""Changing functions, classes and modules from the program itself: ``make_recoder``."""

import linecache
import textwrap
from contextlib import contextmanager
from itertools import count

from ._merge import merged
from ._source import _LINES, Source, plain
from .codetools import CodeFile, CodeFileOperation, LineDefinition, ModuleCode
from .register import registry
from .utils import EventSource

__all__ = ["OutOfSyncException", "Recoder", "make_recoder", "virtual_file"]

_numbers = count(1)


class OutOfSyncException(Exception):
    """What runs is not what the recoder made run."""


def virtual_file(name, contents):
    """A name for a text that is in no file. Code compiled under it has its lines in tracebacks."""
    filename = f"<{name}#{next(_numbers)}>"
    linecache.cache[filename] = (len(contents), None, _LINES.findall(plain(contents)), filename)
    return filename


class Recoder:
    """Changes one definition, its focus, in the process, and in the file when it is told to.

    Its ``status`` is ``live`` (what it made runs), ``out-of-sync`` (something else changed it since) or ``saved``.
    """

    def __init__(self, name, codefile, deletable=False, focus=None):
        self.name = name
        self.codefile = codefile
        #: May an empty patch delete the focus?
        self.deletable = deletable
        #: The definition that it may change; `None`: the whole file.
        self.focus = focus
        self.watched = [] if focus is None else [focus]
        self.status = "live"
        #: Called with the recoder and its status.
        self.on_status = EventSource()
        self._current_patch = None
        self._is_patching = False
        codefile.activity.register(self._listen)

    def set_status(self, status):
        """Sets the status and tells of it."""
        self.status = status
        self.on_status.emit(self, status)

    def _listen(self, event):
        if self._is_patching or self.status == "out-of-sync" or not isinstance(event, CodeFileOperation):
            return
        # The file as a whole changes with everything in it.
        if not isinstance(event.defn, ModuleCode) and any(event.defn is it for it in self.watched):
            self.set_status("out-of-sync")

    def patch(self, new_code):
        """Makes a new definition of the focus run. Raises ``ValueError`` if it defines something else."""
        if self.focus is None or isinstance(self.focus, ModuleCode):
            return self.patch_module(new_code)
        codefile = self.codefile
        codefile.follow_running_text()
        part = self._read(new_code)
        for definition in part.root.children:
            if not isinstance(definition, LineDefinition) and definition.name != self.focus.name:
                raise ValueError(f"Recoder for {self.focus.name} cannot be used to define {definition.name}")
        allowed = self._deletable()
        text = merged(self.focus.parent, part.root, lambda it: any(it is one for one in allowed))
        with self._patching(lambda: self.patch(new_code)) as watched:
            added = codefile.run(text)
            again = [it for it in added if it.name == self.focus.name and it.parent is self.focus.parent]
            self.focus = again[0] if again else self.focus
            watched += [self.focus, *added]

    def patch_module(self, new_code):
        """Makes definitions run that may be anywhere in the module: imports, helpers, the focus itself."""
        part = self._read(new_code)
        with self._patching(lambda: self.patch_module(new_code)) as watched:
            same, changes, additions, _ = self.codefile.merge(part, allow_deletions=self._deletable())
            watched += [*same, *changes, *additions]

    def _read(self, new_code):
        if new_code.lstrip("\r\n")[:1] in (" ", "\t"):
            new_code = textwrap.dedent(new_code)
        new_code = new_code.strip()
        return CodeFile(virtual_file(self.name, new_code), self.codefile.module_name, source=new_code)

    def _deletable(self):
        return [self.focus] if self.deletable and self.focus else []

    @contextmanager
    def _patching(self, again):
        watched = []
        self._is_patching = True
        try:
            yield watched
        finally:
            self._is_patching = False
        if self.codefile.problems:
            raise self.codefile.problems[0]
        self.watched = watched
        self._current_patch = again
        self.set_status("live")

    def repatch(self):
        """Makes the last patch run again if it is out of sync."""
        if self.status == "out-of-sync" and self._current_patch is not None:
            self._current_patch()

    def commit(self):
        """Writes what runs into the file. Raises :class:`OutOfSyncException` if that is not what was patched."""
        if self.status == "out-of-sync":
            raise OutOfSyncException(f"File {self.codefile.filename} is out of sync with the patch")
        self.codefile.commit()
        self.set_status("saved")

    def revert(self):
        """Makes the text of the file run: what was committed last, or what was there before."""
        self.codefile.refresh()


def make_recoder(obj, deletable=False):
    """A :class:`Recoder` of a module, a class, a function or a code object; nothing where no definition is found."""
    codefile, definition = registry.find(obj)
    if not codefile or not definition:
        return None
    return Recoder(name=definition.dotpath(), codefile=codefile, focus=definition, deletable=deletable)
