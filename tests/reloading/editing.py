"""What the checks edit themselves with: the file of the program that runs."""

import contextlib
import io
import os
import re
import sys
import threading


def edit(old, new, file=None):
    """Replaces the first line of the program that starts, after its indentation, with `old`; of that line, this part."""
    path = file or sys.modules["__main__"].__file__
    with open(path, encoding="utf-8") as opened:
        text = opened.read()
    edited, count = re.subn(r"^([ ]*)" + re.escape(old), lambda found: found[1] + new, text, count=1, flags=re.M)
    assert count == 1, f"no line starts with {old!r}"
    save(path, edited)


def save(path, text):
    """As most editors do: all of it, by renaming."""
    with open(path + ".new", "w", encoding="utf-8") as opened:
        opened.write(text)
    os.replace(path + ".new", path)


class Told(io.StringIO):
    """A standard error that runs a repair, once, when the program says that it waits."""

    def __init__(self, repair):
        super().__init__()
        self._repair = repair

    def write(self, text):
        written = super().write(text)
        if self._repair is not None and "the program waits" in text:
            repair, self._repair = self._repair, None
            # On another thread, as an editor would: the program is already waiting, or is about to.
            threading.Thread(target=repair).start()
        return written


@contextlib.contextmanager
def told(repair=None):
    """What is written to standard error meanwhile."""
    stream = Told(repair)
    with contextlib.redirect_stderr(stream):
        yield stream
