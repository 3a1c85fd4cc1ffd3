"""The basic interface: lines of text. During a run stdin and the debugger belong to the program."""

import os
import select
import signal
import sys
import threading
import traceback
from contextlib import contextmanager

from .develoop import Abort, DeveloopRunner

WIDTH = 60


class BasicDeveloopRunner(DeveloopRunner):
    """Prints a line, lets the function print, prints the result or the traceback, and waits for a key or an edit.

    During a run ctrl-c ends the run; while the loop waits, it ends the program.
    """

    interrupts_debugger = False

    def __init__(self, fn, args, kwargs):
        super().__init__(fn, args, kwargs)
        self._wakes, self._wake = None, None

    def _line(self, text):
        text = "---- #%d: %s " % (self.num, text)
        print(text + "-" * (WIDTH - len(text)), flush=True)

    def started(self):
        self._line(self.signature())

    def given(self, values):
        print(", ".join("%s: %s" % item for item in values.items()), flush=True)

    def ended(self, outcome):
        self._line("%s in %s" % (outcome.status.upper(), readable_duration(outcome.walltime)))
        if outcome.status == "error":
            error = outcome.error
            traceback.print_exception(type(error), error, error.__traceback__, file=sys.stdout)
        elif outcome.status == "done":
            print(outcome.result)
        self._line("(c)ontinue | (r)un again | (q)uit")

    def edited(self):
        # The report is on stderr, if it is wanted there.
        self._awake()

    def setcommand(self, name):
        super().setcommand(name)
        self._awake()

    def _awake(self):
        if self._wake is not None:
            os.write(self._wake, b".")

    def wait(self):
        """A key, or a command of the session's thread, whichever comes first."""
        if not sys.stdin or not sys.stdin.isatty():
            return super().wait()
        from ._keys import keys_at_once, read_keys

        commands = {"c": "cont", "r": "go", "q": "quit"}
        stdin = sys.stdin.fileno()
        with keys_at_once(stdin):
            while self._commands.empty():
                ready, _, _ = select.select([stdin, self._wakes], [], [])
                if self._wakes in ready:
                    os.read(self._wakes, 4096)
                elif stdin in ready:
                    keys = read_keys(stdin)
                    for key in keys:
                        if key in commands:
                            return commands[key]
                    if not keys:
                        return "cont"
        return self._commands.get()

    @contextmanager
    def wrap_loop(self):
        self._wakes, self._wake = os.pipe()
        try:
            yield
        finally:
            pipe, self._wake = (self._wakes, self._wake), None
            for end in pipe:
                os.close(end)

    @contextmanager
    def wrap_run(self):
        """ctrl-c ends the run, where the program has not its own idea of it."""
        is_ours = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        try:
            yield
        except KeyboardInterrupt:
            if not is_ours:
                raise
            raise Abort() from None


def readable_duration(seconds):
    """A time for people."""
    if seconds < 0.001:
        return "<1ms"
    if seconds < 1:
        return "%dms" % (seconds * 1000)
    if seconds < 60:
        return "%.1fs" % seconds
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return ("%dh%02dm%02ds" % (hours, minutes, seconds)) if hours else ("%dm%02ds" % (minutes, seconds))
