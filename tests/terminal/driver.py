"""A program in a terminal that is not there: what it would show, and the keys that somebody would press.

Everything waits for something on the screen, never for a time.
"""

import os
import re
import signal
import time

import pexpect
import pyte

#: Seconds until something that should be on the screen is missed.
PATIENCE = 40


class Missed(Exception):
    """What was waited for did not come."""


class _Screen(pyte.HistoryScreen):
    """Answers the questions that programs ask a terminal."""

    answer = None

    def write_process_input(self, data):
        if self.answer is not None:
            self.answer(data)


class Terminal:
    """A command in a terminal of this size, in a folder."""

    def __init__(self, command, folder, columns=80, rows=24, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment.update(TERM="xterm-256color", PYTHONDONTWRITEBYTECODE="1", HOME=folder, **variables)
        environment.pop("NO_COLOR", None)
        environment.pop("CI", None)
        self.folder = folder
        self.child = pexpect.spawn(
            command[0],
            command[1:],
            cwd=folder,
            env=environment,
            dimensions=(rows, columns),
            encoding=None,
            echo=True,
            # A shell has its background jobs ignore it, and so what they start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        # pexpect would wait before each key.
        self.child.delaybeforesend = None
        self.screen = _Screen(columns, rows, history=2000)
        self.screen.answer = lambda data: self.child.send(data)
        self.stream = pyte.ByteStream(self.screen)
        self.is_over = False

    def text(self):
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def read(self, seconds=0.1):
        """Take in what the program has written."""
        try:
            self.stream.feed(self.child.read_nonblocking(1 << 16, seconds))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            self.is_over = True

    def until(self, *wanted, gone=(), last=None, seconds=PATIENCE):
        """Wait until all of ``wanted`` and nothing of ``gone`` is on the screen, and its last line begins with ``last``."""
        end = time.monotonic() + seconds
        while True:
            text = self.text()
            there = all(re.search(part, text) if isinstance(part, re.Pattern) else part in text for part in wanted)
            line = text.rsplit("\n", 1)[-1]
            if there and not any(part in text for part in gone) and (last is None or line.startswith(last)):
                return text
            if self.is_over or time.monotonic() > end:
                why = "the program ended" if self.is_over else "time is up"
                raise Missed("waited for %r, gone %r, last line %r; %s:\n%s" % (wanted, gone, last, why, text))
            self.read()

    def send(self, keys):
        """Press keys."""
        self.child.send(keys)

    def interrupt(self):
        """Press ctrl-c."""
        self.child.send("\x03")

    def interrupt_line(self):
        """Press ctrl-c in a line that was just shown.

        Once more where nothing follows: CPython looks for signals when it waits for a key, and has it not seen while it
        still draws the line (Modules/readline.c, ``readline_until_enter_or_signal``).
        """
        self.interrupt()
        try:
            return self.until("KeyboardInterrupt", last=">>>", seconds=3)
        except Missed:
            self.interrupt()
            return self.until("KeyboardInterrupt", last=">>>")

    def ends(self):
        """Wait for the end: the exit status, or the negative number of a signal."""
        end = time.monotonic() + PATIENCE
        while not self.is_over:
            if time.monotonic() > end:
                raise Missed("it did not end:\n%s" % self.text())
            self.read()
        self.child.close()
        return -self.child.signalstatus if self.child.signalstatus else self.child.exitstatus

    def is_cooked(self):
        """Does the terminal give whole lines, and show what is typed?"""
        import termios

        flags = termios.tcgetattr(self.child.child_fd)[3]
        return bool(flags & termios.ICANON) and bool(flags & termios.ECHO)

    def save(self, name, text):
        """Save a file as most editors do: a new one is renamed over it."""
        path = os.path.join(self.folder, name)
        staged = path + ".staged~"
        with open(staged, "w") as file:
            file.write(text)
        os.replace(staged, path)

    def close(self):
        self.child.close(force=True)
