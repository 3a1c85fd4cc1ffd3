"""The rich interface: a full screen with what was printed, the result or traceback, and what the last edit changed.

Whatever is written to stdout and stderr while the loop lasts, also by subprocesses and by the session's reports, goes
through two pipes into the screen: a line that reached the terminal would destroy the picture. One thread reads the
pipes and the keys, and draws.
"""

import os
import select
import sys
import threading
from collections import deque
from contextlib import ExitStack, contextmanager

from rich.ansi import AnsiDecoder
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.pretty import Pretty
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from rich.traceback import Traceback

from ._keys import keys_at_once, read_keys
from .basic import readable_duration
from .develoop import RedirectDeveloopRunner

#: At most this many pictures a second, however fast the program prints.
_PICTURES = 20

#: Lines that are kept of each part.
_KEPT = 2_000


class Box:
    """A part of the screen that can be scrolled. What it shows is rendered when it is drawn."""

    def __init__(self, title, color="white"):
        self.title = title
        self.color = color
        self.clear()

    def clear(self):
        self.start = 0
        self.window = 1
        #: Follow what is added.
        self.at_end = True
        # What was printed: whole lines, those of them that are not rendered yet, and the last one.
        self._printed, self._new, self._last = deque(maxlen=_KEPT), deque(maxlen=_KEPT), ""
        self._renderable = None
        self._width, self._rendered = None, []

    def write(self, text):
        """Add what a program has printed, with its colours."""
        *lines, self._last = (self._last + text.replace("\r\n", "\n")).split("\n")
        self._printed.extend(lines)
        self._new.extend(lines)

    def show(self, renderable, at_end=False):
        """Show something that rich can render, instead of what was there."""
        self._renderable = renderable
        self._width = None
        self.at_end = at_end

    def lines(self, width):
        """What there is, in lines of this width."""
        console = Console(width=width, color_system="standard", force_terminal=True)
        if self._width != width:
            self._width, self._rendered = width, []
            self._new, self._decoder = self._printed.copy(), AnsiDecoder()
            if self._renderable is not None:
                self._rendered = console.render_lines(self._renderable, pad=False)
        while self._new:
            line = self._decoder.decode_line(_last_state(self._new.popleft()))
            self._rendered += console.render_lines(line, pad=False)
        if self._renderable is None:
            del self._rendered[: -_KEPT - 1]
        if not self._last:
            return self._rendered
        return self._rendered + console.render_lines(AnsiDecoder().decode_line(_last_state(self._last)), pad=False)

    def shift(self, lines, width):
        """Scroll by so many lines."""
        last = max(0, len(self.lines(width)) - self.window)
        self.start = max(0, min(last, self.start + lines))
        self.at_end = self.start >= last

    def panel(self, height, width, is_focus):
        lines = self.lines(width)
        self.window = max(1, height - 2)
        last = max(0, len(lines) - self.window)
        self.start = last if self.at_end else min(self.start, last)
        shown = lines[self.start : self.start + self.window]
        title = self.title
        if len(lines) > self.window:
            title += " %d-%d/%d" % (self.start + 1, self.start + len(shown), len(lines))
        style = ("bold " if is_focus else "") + ("yellow" if is_focus and self.color == "white" else self.color)
        return Panel(_Lines(shown), title=title, title_align="left", height=height, border_style=style)


def _last_state(line):
    """Of a line that a program has begun anew, such as that of a progress bar."""
    return line.rstrip("\r").rpartition("\r")[2]


class _Lines:
    """Lines that are rendered already."""

    def __init__(self, lines):
        self.lines = lines

    def __rich_console__(self, console, options):
        for line in self.lines:
            yield from line
            yield Segment.line()


class _Values:
    """A table of what was given: made when it is drawn, since a program may give a lot."""

    def __init__(self, values):
        self.values = values

    def __rich_console__(self, console, options):
        table = Table.grid(padding=(0, 3, 0, 0))
        for key, value in self.values.items():
            table.add_row(Text(key, "bold green"), Pretty(value))
        yield table


class Screen:
    """The boxes, the line above and the line below."""

    #: In the order of the screen.
    BOXES = (
        ("stdout", "white"),
        ("stderr", "red"),
        ("given", "green"),
        ("error", "red"),
        ("result", "cyan"),
        ("last edit", "blue"),
    )

    def __init__(self, file):
        self.console = Console(file=file, color_system="standard", force_terminal=True)
        self.live = Live(
            console=self.console, auto_refresh=False, screen=True, redirect_stdout=False, redirect_stderr=False
        )
        self.boxes = {title: Box(title, color) for title, color in self.BOXES}
        self.focus = None
        self.header, self.footer = "", ""

    @property
    def width(self):
        """Of what is inside a box."""
        return max(10, self.console.width - 4)

    def clear(self):
        for box in self.boxes.values():
            if box.title != "last edit":
                box.clear()

    def press(self, key):
        """A key that scrolls, or moves to another box."""
        active = self._active()
        if not active:
            return
        at = active.index(self._focus(active))
        if key in ("left", "right"):
            self.focus = active[(at + (1 if key == "right" else -1)) % len(active)]
            return
        box = self.boxes[active[at]]
        steps = {
            "up": -1,
            "down": 1,
            "page up": -box.window,
            "page down": box.window,
            "home": -sys.maxsize,
            "end": sys.maxsize,
        }
        box.shift(steps.get(key, 0), self.width)

    def _active(self):
        """Titles of the boxes that have something to show."""
        return [title for title, box in self.boxes.items() if box.lines(self.width)]

    def _focus(self, active):
        if self.focus in active:
            return self.focus
        # What does not fit is what one wants to scroll.
        return max(active, key=lambda title: len(self.boxes[title].lines(self.width)) - self.boxes[title].window)

    def draw(self):
        width, active = self.width, self._active()
        heights = _shares([len(self.boxes[title].lines(width)) + 2 for title in active], self.console.height - 2)
        focus = self._focus(active) if active else None
        shown = [(title, height) for title, height in zip(active, heights) if height]
        panels = [self.boxes[title].panel(height, width, title == focus) for title, height in shown]
        used = sum(heights)
        gap = [Text("\n" * (self.console.height - 3 - used))] if self.console.height - 3 >= used else []
        header, footer = Text.from_markup(self.header), Text.from_markup(self.footer)
        for line in (header, footer):
            line.no_wrap, line.overflow = True, "ellipsis"
        self.live.update(Group(header, *panels, *gap, footer), refresh=True)


def _shares(wanted, height):
    """Each gets what it wants; where that is too much, those that want more than a fair share get what is left."""
    given = [0] * len(wanted)
    waiting = list(range(len(wanted)))
    while waiting:
        share = height // len(waiting)
        content = [index for index in waiting if wanted[index] <= share]
        if not content:
            for index in waiting:
                given[index] = max(3, share) if height >= 3 else 0
                height -= given[index]
            break
        for index in content:
            given[index] = wanted[index]
            height -= wanted[index]
            waiting.remove(index)
    return given


class RichDeveloopRunner(RedirectDeveloopRunner):
    """Shows the loop on the whole screen."""

    def __init__(self, fn, args, kwargs):
        super().__init__(fn, args, kwargs)
        self._lock = threading.RLock()
        self._status = "running"
        self._values = {}

    # Called by the loop.

    def started(self):
        _flush()
        with self._lock:
            self._drain()
            self._screen.clear()
            self._values = {}
            self._status = "running"
        self._dirty()

    def given(self, values):
        with self._lock:
            self._values.update(values)
            self._screen.boxes["given"].show(_Values(self._values))
        self._dirty()

    def ended(self, outcome):
        _flush()
        with self._lock:
            self._drain()
            self._status = "%s in %s" % (outcome.status, readable_duration(outcome.walltime))
            if outcome.status == "done":
                self._screen.boxes["result"].show(_shown(outcome.result))
            elif outcome.status == "error":
                error = outcome.error
                shown = Traceback.from_exception(type(error), error, error.__traceback__, width=self._screen.width)
                # The end of a traceback says most.
                self._screen.boxes["error"].show(shown, at_end=True)
        self._dirty()

    def edited(self):
        with self._lock:
            self._screen.boxes["last edit"].show(Text(self.last_edit))
        self._dirty()

    @contextmanager
    def wrap_loop(self):
        with ExitStack() as stack:
            _flush()
            stdin = sys.__stdin__.fileno()
            terminal = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
            stack.callback(terminal.close)
            self._wakes, self._wake = os.pipe()
            self._sources = {}
            for fd, box in ((1, "stdout"), (2, "stderr")):
                self._sources[stack.enter_context(_captured(fd))] = box
            self._screen = Screen(terminal)
            stack.enter_context(_debugger_is_left_out())
            stack.enter_context(keys_at_once(stdin))
            stack.enter_context(self._screen.live)
            self._is_open = True
            self._is_dirty = False
            self._failure = None
            thread = threading.Thread(target=self._serve_or_tell, args=(stdin,), name="jurigged-develoop", daemon=True)
            thread.start()
            try:
                yield
            finally:
                self._is_open = False
                os.write(self._wake, b".")
                thread.join()
                _flush()
                wake, self._wake = self._wake, None
                os.close(wake)
                os.close(self._wakes)
        if self._failure is not None:
            raise self._failure

    # The thread that draws.

    def _dirty(self):
        wake = self._wake
        # One byte is enough: more than the pipe holds would hold the program up.
        if wake is not None and not self._is_dirty:
            self._is_dirty = True
            os.write(wake, b".")

    def _serve_or_tell(self, stdin):
        try:
            self._serve(stdin)
        except Exception as error:
            # Its traceback would go into the screen that is no longer drawn.
            self._failure = error
            self.setcommand("cont")

    def _serve(self, stdin):
        commands = {
            "c": self.command("cont"),
            "r": self.command("go", aborts=True),
            "a": self.command("abort", aborts=True),
            "q": self.command("quit", aborts=True),
        }
        inputs = [stdin, self._wakes, *self._sources]
        while self._is_open:
            ready, _, _ = select.select(inputs, [], [])
            if self._wakes in ready:
                os.read(self._wakes, 4096)
            self._is_dirty = False
            if stdin in ready:
                keys = read_keys(stdin)
                if not keys:
                    # The terminal is gone.
                    inputs.remove(stdin)
                for key in keys:
                    if key in commands:
                        commands[key]()
                    else:
                        with self._lock:
                            self._screen.press(key)
            with self._lock:
                self._drain()
                self._draw()
            # What comes meanwhile is drawn in one go.
            select.select([self._wakes], [], [], 1 / _PICTURES)

    def _drain(self):
        """Take in what was printed."""
        for source, box in self._sources.items():
            text = b""
            while select.select([source], [], [], 0)[0]:
                read = os.read(source, 1 << 16)
                if not read:
                    break
                text += read
                if len(text) > 1 << 20:
                    break
            if text:
                self._screen.boxes[box].write(text.decode("utf-8", "replace"))

    def _draw(self):
        signature = self.signature().replace("[", r"\[")
        self._screen.header = "Looping on: [bold]%s" % signature
        keys = ["[bold](c)[/bold]ontinue", "[bold](r)[/bold]un again", "[bold](a)[/bold]bort", "[bold](q)[/bold]uit"]
        if self._status != "running":
            del keys[2]
        self._screen.footer = " | ".join(["#%d (%s)" % (self.num, self._status), *keys])
        self._screen.draw()


def _shown(result):
    """A result as rich shows it; a text as it is."""
    if isinstance(result, str):
        return Text(result)
    if hasattr(result, "__rich_console__") or hasattr(result, "__rich__"):
        return result
    return Pretty(result)


@contextmanager
def _captured(fd):
    """What is written to ``fd`` can be read from the answer."""
    before = os.dup(fd)
    reader, writer = os.pipe()
    os.dup2(writer, fd)
    os.close(writer)
    try:
        yield reader
    finally:
        os.dup2(before, fd)
        os.close(before)
        os.close(reader)


@contextmanager
def _debugger_is_left_out():
    """A debugger that waited for a line here would wait for ever: the keys belong to the screen."""

    def hook(*args, **kwargs):
        print(
            "breakpoint() is passed over: --loop-interface basic leaves the terminal to the debugger", file=sys.stderr
        )

    before, sys.breakpointhook = sys.breakpointhook, hook
    try:
        yield
    finally:
        sys.breakpointhook = before


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError, OSError):
            pass  # The program has closed it, or put something else in its place.
