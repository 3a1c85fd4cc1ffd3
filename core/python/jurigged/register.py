"""Which files are known, and the definitions in them: ``registry``."""

import logging
import os
import sys
from types import CodeType, FunctionType, MethodType, ModuleType

from . import _session
from ._source import read
from .codetools import CodeFile, FunctionDefinition
from .utils import EventSource, glob_filter

__all__ = ["ImportSniffer", "Registry", "add_sniffer", "registry"]

log = logging.getLogger(__name__)


class Registry:
    """Files of this process and their :class:`~jurigged.codetools.CodeFile`, made when it is asked for."""

    def __init__(self):
        self.filename_to_module = {}
        #: For each prepared file its module name, its text and its modification time.
        self.precache = {}
        #: The `CodeFile` of each file that was asked for.
        self.cache = {}
        #: Called with a module name and a file when a file is prepared; later listeners are told of earlier ones.
        self.precache_activity = EventSource(save_history=True)
        #: Called with the events of all files.
        self.activity = EventSource()
        #: Called with a file and its `CodeFile` when a save of it was applied.
        self.applied = EventSource()
        self._filters = []
        self._log = None
        self._is_following = False

    def set_logger(self, log):
        """Calls `log` with every event and every error from now on, and nobody else."""
        self._log = log

    def log(self, *arguments, **named):
        """Calls the logger."""
        if self._log is not None:
            self._log(*arguments, **named)

    def prepare(self, module_name=None, filename=None):
        """Remembers the text of a file before it may change. Either argument can be left out for a loaded module."""
        if filename is None:
            if module_name is None:
                raise TypeError("prepare needs `module_name` or `filename`")
            filename = sys.modules[module_name].__file__
        if filename in self.precache or filename in self.cache:
            return module_name, filename
        if module_name is None:
            module_name = self._module_of(filename)
        if os.path.exists(filename):
            _, text, *_ = read(filename)
            self.precache[filename] = (module_name, text, os.path.getmtime(filename))
            self.precache_activity.emit(module_name, filename)
        return module_name, filename

    def _module_of(self, filename):
        if filename not in self.filename_to_module:
            for name, module in list(sys.modules.items()):
                file = getattr(module, "__file__", None)
                if isinstance(file, str):
                    self.filename_to_module.setdefault(file, name)
        if filename not in self.filename_to_module:
            raise LookupError(f"no module was loaded from {filename}")
        return self.filename_to_module[filename]

    def get(self, filename):
        """The `CodeFile` of a prepared file whose module is loaded, or `None`."""
        codefile = self._get(filename)
        if codefile is not None:
            codefile.follow_running_text()
        return codefile

    def _get(self, filename):
        if filename in self.cache or filename not in self.precache:
            return self.cache.get(filename)
        module_name, text, _ = self.precache[filename]
        module = sys.modules.get(module_name)
        if module is None:
            return None
        codefile = CodeFile(filename, module_name, source=text)
        codefile.associate(module)
        codefile.activity.register(self.log)
        codefile.activity.register(self.activity.emit)
        self.cache[filename] = codefile
        return codefile

    def get_at(self, filename, lineno):
        """The `CodeFile` of a file, and the function that begins in a line, its decorators included."""
        codefile = self.get(filename)
        if codefile is None:
            return None, None
        for definition in codefile.root.walk():
            if isinstance(definition, FunctionDefinition) and lineno in (
                definition.stashed.lineno,
                definition.node.lineno,
            ):
                return codefile, definition
        return codefile, None

    def auto_register(self, filter=glob_filter("./*.py")):
        """Prepares loaded modules whose file passes the filter, and those that are loaded later.

        Returns an object whose `uninstall()` ends that.
        """

        def prepare(module_name, filename):
            if isinstance(filename, str) and module_name is not None and filter(filename):
                try:
                    self.prepare(module_name, filename)
                except (OSError, SyntaxError, UnicodeDecodeError):
                    # Not readable as Python: importing it says so.
                    pass

        self._filters.append(filter)
        for module in list(sys.modules.values()):
            prepare(getattr(module, "__name__", None), getattr(module, "__file__", None))
        return add_sniffer(prepare)

    def registers(self, filename):
        """Does it prepare a file by itself, when that is loaded?"""
        return any(passes(filename) for passes in self._filters)

    def find(self, obj):
        """The `CodeFile` and the definition of a module, a class, a function, a method or a code object.

        The definition is `None` where the file has none.
        """
        if isinstance(obj, MethodType):
            obj = obj.__func__
        if isinstance(obj, ModuleType):
            self.prepare(obj.__name__, obj.__file__)
            codefile = self.get(obj.__file__)
            return codefile, codefile and codefile.root
        if isinstance(obj, FunctionType):
            self.prepare(obj.__module__, obj.__code__.co_filename)
            return self._find_code(obj.__code__)
        if isinstance(obj, CodeType):
            self.prepare(filename=obj.co_filename)
            return self._find_code(obj)
        if isinstance(obj, type):
            _, filename = self.prepare(module_name=obj.__module__)
            codefile = self.get(filename)
            path = f"{codefile.root.name}.{obj.__qualname__}".replace(".<locals>", "") if codefile else None
            found = (it for it in (codefile.root.walk() if codefile else ()) if it.name and it.dotpath() == path)
            return codefile, next(found, None)
        raise TypeError(f"find expects a module, a class, a function or a code object, not {type(obj).__name__}")

    def _find_code(self, code):
        codefile, definition = self.get_at(code.co_filename, code.co_firstlineno)
        if definition is not None and definition.name != code.co_name:
            definition = None
        return codefile, definition

    def follow(self):
        """From now on saves that a session applies are told to the logger and to `activity`."""
        if not self._is_following:
            self._is_following = True
            _session.follow(self)

    def batch_applied(self, filename, problems):
        """Called by the session's relay."""
        codefile = self._get(filename)
        if codefile is not None:
            codefile.batch_applied(filename, [])
            for problem in problems:
                codefile.activity.emit(problem)
            if not problems:
                self.applied.emit(filename, codefile)


class ImportSniffer:
    """Looks modules up in the place of the finders behind it, and tells the file of each that has one."""

    def find_spec(self, fullname, path=None, target=None):
        """The spec that the finders behind this one give."""
        finders = sys.meta_path
        behind = finders[finders.index(self) + 1 :] if self in finders else ()
        for finder in behind:
            find = getattr(finder, "find_spec", None)
            spec = find(fullname, path, target) if find is not None else None
            if spec is None:
                continue
            if spec.has_location and spec.origin and spec.origin.endswith(".py"):
                for report in tuple(_sniffers):
                    try:
                        report(spec.name, spec.origin)
                    except Exception as error:
                        log.error("jurigged: Error processing spec %s", spec.name, exc_info=error)
            return spec
        return None


_sniffer = ImportSniffer()
_sniffers = []


def add_sniffer(report):
    """Calls `report(module_name, filename)` before each module is loaded. `report.uninstall()` ends that."""

    def uninstall():
        _sniffers.remove(report)
        if not _sniffers and _sniffer in sys.meta_path:
            sys.meta_path.remove(_sniffer)

    _sniffers.append(report)
    if _sniffer not in sys.meta_path:
        sys.meta_path.insert(0, _sniffer)
    report.uninstall = uninstall
    return report


#: The one that `watch` and `make_recoder` use.
registry = Registry()
