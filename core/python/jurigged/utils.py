"""Event sources, filters for file names, and code objects on other lines."""

import fnmatch
import os
import types

__all__ = ["EventSource", "glob_filter", "or_filter", "shift_lineno"]


class EventSource(list):
    """The listeners of one kind of event, in the order of their registration.

    With ``save_history`` a listener that comes late is told first of what it missed.
    """

    def __init__(self, *, save_history=False):
        super().__init__()
        self._history = [] if save_history else None

    def register(self, listener, apply_history=True):
        """Adds a listener and returns it, so that this can be a decorator."""
        if apply_history:
            for arguments, named in self._history or ():
                listener(*arguments, **named)
        self.append(listener)
        return listener

    def emit(self, *arguments, **named):
        """Calls every listener; what one raises ends it."""
        # A listener may register another, or itself again.
        for listener in tuple(self):
            listener(*arguments, **named)
        if self._history is not None:
            self._history.append((arguments, named))


def glob_filter(pattern):
    """A function that tells whether a file matches a glob, where ``*`` also matches ``/``, and ``**/`` also no folder.

    A relative pattern counts from the current folder, ``~`` from the home folder; a folder stands for all in it.
    """
    pattern = os.path.abspath(os.path.expanduser(pattern))
    if os.path.isdir(pattern):
        pattern = os.path.join(pattern, "*")

    patterns = {pattern, pattern.replace("**/", "")}

    def matches(filename):
        return any(fnmatch.fnmatch(filename, one) for one in patterns)

    return matches


def or_filter(filters):
    """A function that tells whether a file passes one of several filters."""
    if len(filters) == 1:
        return filters[0]

    def matches(filename):
        return any(passes(filename) for passes in filters)

    return matches


def shift_lineno(code, delta):
    """A code object, and those among its constants, ``delta`` lines further down. What is no code stays as it is."""
    if not isinstance(code, types.CodeType):
        return code
    return code.replace(
        co_firstlineno=code.co_firstlineno + delta,
        co_consts=tuple(shift_lineno(constant, delta) for constant in code.co_consts),
    )
