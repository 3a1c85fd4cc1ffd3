"""``reloading`` itself, as the package of that name has it."""

import itertools
import sys

_MISSING = object()


def reloading(iterable=_MISSING, every=1, forever=False):
    """Reads the body of a loop, or a function, from its file again while the program runs.

    ``for x in reloading(xs):`` reads the body before each iteration; ``@reloading`` on a function reads the function
    before each call. ``every=N`` does so before every N-th one only. ``reloading(forever=True)`` loops without an end.
    An error in what was read is shown, and the program waits until the file is saved again; then the iteration, or the
    call, that failed runs once more.
    """
    if sys.implementation.name != "cpython":
        raise NotImplementedError("`jurigged.reloading` needs CPython: run the program with `jurigged --python python3`")
    if not isinstance(every, int) or every < 1:
        raise ValueError(f"`every` is a number of iterations, 1 or more, not {every!r}")
    if forever:
        if iterable is not _MISSING and iterable is not None:
            raise TypeError("`forever=True` takes the place of an iterable")
        iterable = itertools.repeat(0)
    if iterable is _MISSING or iterable is None:
        return _Decorator(every)
    if _is_function(iterable):
        from .function import reloading_function

        return reloading_function(iterable, every)
    from .loop import Reloading

    return Reloading(iterable, every)


class _Decorator:
    """``reloading(every=N)``, to be called with a function."""

    def __init__(self, every):
        self._every = every

    def __call__(self, function):
        return reloading(function, every=self._every)

    def __iter__(self):
        raise TypeError("nothing to iterate over: `reloading` takes an iterable, or `forever=True`")


def _is_function(given):
    """A function, or what a decorator made of one."""
    import types

    if isinstance(given, (types.FunctionType, staticmethod, classmethod)):
        return True
    return callable(given) and hasattr(given, "__wrapped__") and not hasattr(given, "__iter__")
