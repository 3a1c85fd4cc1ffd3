"""What the checks are made of: a program in a folder of its own, and what can be observed of it.

A check is a function that takes a :class:`Case` and returns what it saw, as JSON. It judges nothing: the suite compares
what it saw with jurigged 0.6 with what it saw with ours.
"""

import atexit
import importlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import textwrap
import time

CHECKS = {}
#: Longer than any save takes on a busy machine. The original waits 50 ms for every save.
PATIENCE = 20.0
_numbers = itertools.count(1)


def check(name):
    """Enters a function into the list under a name."""

    def enter(function):
        assert name not in CHECKS, name
        CHECKS[name] = function
        return function

    return enter


class Case:
    """One program: a folder on the search path, with one module in it."""

    def __init__(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="compat-"))
        self.name = f"program{next(_numbers)}"
        self.path = os.path.join(self.folder, f"{self.name}.py")
        self.log = []
        self._ends = []
        sys.path.insert(0, self.folder)

    def module(self, text, encoding="utf-8"):
        """Writes the module and imports it."""
        self.save(text, encoding)
        importlib.invalidate_caches()
        return importlib.import_module(self.name)

    def save(self, text, encoding="utf-8"):
        """Writes the file in place, with the line endings that the text has."""
        data = _dedent(text).encode(encoding)
        with open(self.path, "wb") as file:
            file.write(data)

    def bytes(self):
        """The file."""
        with open(self.path, "rb") as file:
            return file.read()

    def text(self):
        """The file, with its line endings."""
        return self.bytes().decode("utf-8")

    def codefile(self, module=None):
        """A `CodeFile` of the module that logs its events."""
        from jurigged import CodeFile

        codefile = CodeFile(self.path, self.name)
        if module is not None:
            codefile.associate(module)
        codefile.activity.register(self.log.append)
        return codefile

    def other(self, text):
        """A `CodeFile` with another text for the same module."""
        from jurigged import CodeFile

        return CodeFile(self.path, self.name, source=_dedent(text))

    def merged(self, before, after, **how):
        """The module, its `CodeFile`, after another text was merged into it."""
        module = self.module(before)
        codefile = self.codefile(module)
        codefile.merge(self.other(after), **how)
        return module, codefile

    def events(self, *kinds):
        """The events so far as texts, exceptions by their type."""
        told = [event for event in self.log if not kinds or type(event).__name__ in kinds]
        texts = [type(event).__name__ if isinstance(event, Exception) else str(event) for event in told]
        return [self.plain(text) for text in texts]

    def plain(self, text):
        """A text without what differs from run to run."""
        text = text.replace(self.folder, "DIR").replace(self.name, "PROGRAM")
        return re.sub(r"#\d+>", "#N>", text)

    def wait(self, condition):
        """Whether something comes true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.005)
        return bool(condition())

    def at_end(self, function):
        """Called when the check is over."""
        self._ends.append(function)

    def close(self):
        for function in reversed(self._ends):
            function()
        sys.path.remove(self.folder)
        sys.modules.pop(self.name, None)
        # Not now: a watcher of the original that is started later watches the folders of all that went before.
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)


def _dedent(text):
    text = text[1:] if text.startswith("\n") else text
    # From 3.14 on `dedent` also takes a form feed and a carriage return away.
    return textwrap.dedent(text) if text.startswith(" ") else text


def raised(function, *arguments, **named):
    """The type and the text of what a call raises."""
    try:
        function(*arguments, **named)
    except Exception as error:
        return type(error).__name__
    return None


def observe(function):
    """What a check sees, as JSON gives it back."""
    case = Case()
    try:
        seen = function(case)
    except BaseException as error:
        seen = {"raised": f"{type(error).__name__}: {case.plain(str(error))}"}
    finally:
        case.close()
    return json.loads(json.dumps(seen))
