"""Code objects and the functions that run them: ``jurigged.db``, in the place of the package ``codefind`` of 0.6."""

import gc
import importlib
import types

from ._objects import _constants

__all__ = ["CodeRegistry", "ConformException", "db"]


class ConformException(Exception):
    """A function or an object cannot take over new code. ``__conform__`` may raise it."""


class CodeRegistry:
    """Looks into the process when it is asked; nothing is recorded, so nothing becomes stale."""

    def collect_all(self):
        """Does nothing: functions are found when they are asked for."""

    def find_code(self, *path, filename=None, module=None, lineno=None):
        """The code object of ``path``, names from the outermost class or function on, in a file or a module.

        Raises ``KeyError`` where there is none.
        """
        if module is not None:
            filename = importlib.import_module(module).__file__
        if filename is None:
            raise TypeError("find_code needs `filename` or `module`")
        for code, qualname in _functions(filename):
            for found, names in _below(code, [part for part in qualname.split(".") if part != "<locals>"]):
                if tuple(names) == path and lineno in (None, found.co_firstlineno):
                    return found
        raise KeyError((filename, *path, lineno))

    def get_functions(self, code, use_cache=False):
        """The functions that run a code object, and objects with ``__conform__`` that refer to it."""
        holders = gc.get_objects()
        functions = [it for it in holders if isinstance(it, types.FunctionType) and it.__code__ is code]
        referrers = gc.get_referrers(code)
        return functions + [it for it in referrers if hasattr(type(it), "__conform__")]

    def update_cache_entry(self, obj, old_code, new_code):
        """Does nothing: there is no cache."""


def _functions(filename):
    for it in gc.get_objects():
        if isinstance(it, types.FunctionType) and it.__code__.co_filename == filename:
            yield it.__code__, it.__qualname__


def _below(code, names):
    yield code, names
    for constant in _constants(code):
        if not constant.co_name.startswith("<"):
            yield from _below(constant, [*names, constant.co_name])


#: The one of this process.
db = CodeRegistry()
