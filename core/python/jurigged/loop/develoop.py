"""The loop itself: run, show, wait for an edit or a key. How it looks is the business of the runner classes.

The function runs in the thread that called it. An edit or a key that wants it to run again raises :class:`Abort` there:
on the main thread by a signal handler, which also gets it out of a sleep or a read, on others by the interpreter.
"""

import contextlib
import os
import queue
import signal
import sys
import threading
import time

from .. import _edits

#: Ignored by default, so that one that arrives when the loop is over does no harm.
_SIGNAL = getattr(signal, "SIGURG", None)

#: Saves that come this close together (seconds) make one run.
_SETTLE = 0.02

#: Modules of debuggers: while one of them waits for its user, an edit does not end the run.
_DEBUGGERS = ("bdb", "pdb", "ipdb", "IPython.core.debugger", "pudb.debugger", "pydevd")

#: There is one terminal: a function that is called while another one loops is an ordinary call.
_terminal = threading.Lock()


class Abort(BaseException):
    """Ends a run from outside. Not an ``Exception``: the function must not catch it by accident."""


class Outcome:
    """How a run ended: ``status`` is ``done``, ``error`` or ``aborted``."""

    def __init__(self, status, result=None, error=None, walltime=0.0):
        self.status = status
        self.result = result
        self.error = error
        self.walltime = walltime


class DeveloopRunner:
    """Runs a function again and again. Subclasses show it: ``started``, ``given``, ``ended``, ``edited``, ``wait``."""

    #: May an edit end a run in which a debugger waits for its user?
    interrupts_debugger = True

    def __init__(self, fn, args, kwargs):
        self.fn = fn
        self.args = args
        self.kwargs = kwargs
        self.num = 0
        #: What the last edit changed, as in the report; empty before the first one.
        self.last_edit = ""
        self._commands = queue.Queue()
        self._commanding = threading.RLock()
        self._is_running = False
        self._is_refreshing = False
        self._timer = None

    # What a subclass shows.

    def started(self):
        """Run number ``self.num`` begins."""

    def given(self, values):
        """The function has called ``give``."""

    def ended(self, outcome):
        """The run is over."""

    def edited(self):
        """``self.last_edit`` is new."""

    def wait(self):
        """The next command, once there is one."""
        return self._commands.get()

    def wrap_loop(self):
        """Around the whole loop."""
        return contextlib.nullcontext()

    def wrap_run(self):
        """Around each run."""
        return contextlib.nullcontext()

    # What keys and edits do.

    def setcommand(self, name):
        """Put a command in the place of those that wait: ``go``, ``cont`` or ``quit``; ``abort`` takes them back."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._commands.get_nowait()
        if name != "abort":
            self._commands.put(name)

    def command(self, name, aborts=False):
        """A function that gives a command; with ``aborts`` it ends the run that is under way."""

        def perform(_=None):
            # In this order: a run that the command starts is not the one to end.
            with self._commanding:
                if aborts:
                    self.abort()
                self.setcommand(name)

        return perform

    def abort(self):
        """End the run that is under way, if any."""
        if not self._is_running:
            return
        if not self.interrupts_debugger and _is_debugged(self._thread.ident):
            return
        self._interrupt()

    def signature(self):
        """The call, for people."""
        name = getattr(self.fn, "__qualname__", str(self.fn))
        parts = [_short(argument) for argument in self.args]
        parts += ["%s=%s" % (key, _short(value)) for key, value in self.kwargs.items()]
        return "%s(%s)" % (name, ", ".join(parts))

    # The loop.

    def run(self):
        """Run the function once."""
        self.num += 1
        # What this applies is in this run: it must not begin another one.
        self._is_refreshing = True
        _edits.refresh_if_manual()
        self._is_refreshing = False
        self.started()
        start = time.perf_counter()
        try:
            with _giving(self.given), self.wrap_run():
                # Not what it took to load `giving`.
                start = time.perf_counter()
                try:
                    self._is_running = True
                    outcome = Outcome("done", self.fn(*self.args, **self.kwargs))
                finally:
                    self._is_running = False
        except Abort:
            outcome = Outcome("aborted")
        except Exception as error:
            outcome = Outcome("error", error=error.with_traceback(_without_own_frames(error.__traceback__)))
        outcome.walltime = time.perf_counter() - start
        return outcome

    def loop(self, from_error=None):
        """Run until the user continues; gives the last result, or raises the last error.

        With ``from_error``, what a first call has raised, the loop begins by showing that.
        """
        self._thread = threading.current_thread()
        outcome = None
        with self.wrap_loop(), self._interruptible(), _edits.watching(self._on_report):
            if from_error is not None:
                self.num += 1
                outcome = Outcome(
                    "error", error=from_error.with_traceback(_without_own_frames(from_error.__traceback__))
                )
                self.started()
                self.ended(outcome)
            else:
                self.setcommand("go")
            while True:
                try:
                    command = self.wait()
                    if command == "go":
                        outcome = self.run()
                        with self._commanding:
                            is_over = outcome.status != "aborted" or self._commands.empty()
                        if is_over:
                            self.ended(outcome)
                    elif command == "cont":
                        break
                    elif command == "quit":
                        sys.exit(1)
                except Abort:
                    # It arrived when the run was over.
                    continue
        if outcome is None or outcome.error is None:
            return outcome and outcome.result
        raise outcome.error

    def _on_report(self, report):
        """Called in the session's thread: it must not be held up, nor be the one that is interrupted."""
        text = report.get("text") or "\n".join(event["event"] for event in report["events"])
        self.last_edit = text.rstrip("\n")
        self.edited()
        if report["events"] and not report.get("undone") and not self._is_refreshing:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(_SETTLE, self.command("go", aborts=True))
            self._timer.daemon = True
            self._timer.start()

    @contextlib.contextmanager
    def _interruptible(self):
        """Finds out how the thread can be interrupted."""
        ident = self._thread.ident
        if _SIGNAL is None or self._thread is not threading.main_thread():
            self._interrupt = lambda: _raise_in_thread(ident)
            yield
            return

        def handle(number, frame):
            if self._is_running:
                raise Abort()

        before = signal.signal(_SIGNAL, handle)
        if hasattr(signal, "pthread_kill"):
            self._interrupt = lambda: signal.pthread_kill(ident, _SIGNAL)
        else:
            self._interrupt = lambda: os.kill(os.getpid(), _SIGNAL)
        try:
            yield
        finally:
            signal.signal(_SIGNAL, before)


class RedirectDeveloopRunner(DeveloopRunner):
    """A runner that captures what is printed."""


class Develoop:
    """A function that loops when it is called. ``runner_class`` as the ``interface`` of :func:`jurigged.loop.loop`."""

    def __init__(self, fn, on_error, runner_class):
        self.fn = fn
        self.on_error = on_error
        self.runner_class = runner_class
        for name in ("__module__", "__name__", "__qualname__", "__doc__", "__wrapped__"):
            value = fn if name == "__wrapped__" else getattr(fn, name, None)
            setattr(self, name, value)

    def __get__(self, obj, cls=None):
        return type(self)(self.fn.__get__(obj, cls), on_error=self.on_error, runner_class=self.runner_class)

    def __call__(self, *args, **kwargs):
        if not _terminal.acquire(blocking=False):
            return self.fn(*args, **kwargs)
        try:
            error = None
            if self.on_error:
                try:
                    return self.fn(*args, **kwargs)
                except Exception as raised:
                    error = raised
            return _runner(self.runner_class)(self.fn, args, kwargs).loop(from_error=error)
        finally:
            _terminal.release()


def _runner(interface):
    """The class of an interface. One line says why the wished one is not taken."""
    if callable(interface):
        return interface
    from .basic import BasicDeveloopRunner

    if interface == "basic":
        return BasicDeveloopRunner
    if sys.implementation.name == "rustpython":
        # Its `threading.local` makes no attributes in other threads, and rich relies on that.
        reason = "the embedded Python cannot run rich"
    elif not (sys.__stdin__ and sys.__stdin__.isatty() and sys.__stdout__.isatty()):
        reason = "this is no terminal"
    else:
        try:
            from .richloop import RichDeveloopRunner

            return RichDeveloopRunner
        except ImportError:
            reason = "`rich` is not installed (pip install 'jurigged[develoop]')"
    print("jurigged: the basic develoop is used: %s" % reason, file=sys.stderr)
    return BasicDeveloopRunner


@contextlib.contextmanager
def _giving(listener):
    """Tells ``listener`` what the function gives, where the package ``giving`` is installed."""
    try:
        from giving import given
    except ImportError:
        given = None
    if given is None:
        # Not in the `except`: what the function raises would have that error as its context.
        yield
        return
    with given() as values:
        values.subscribe(lambda data: listener({key: value for key, value in data.items() if not key.startswith("$")}))
        yield


def _raise_in_thread(ident):
    """Raises :class:`Abort` in a thread as soon as it runs Python code."""
    try:
        from ctypes import c_ulong, py_object, pythonapi
    except (ImportError, AttributeError):
        print("jurigged: a run outside of the main thread cannot be ended here", file=sys.stderr)
        return
    pythonapi.PyThreadState_SetAsyncExc(c_ulong(ident), py_object(Abort))


def _is_debugged(ident):
    """Does a debugger wait in this thread?"""
    frame = sys._current_frames().get(ident)
    while frame is not None:
        if frame.f_globals.get("__name__") in _DEBUGGERS:
            return True
        frame = frame.f_back
    return False


def _without_own_frames(traceback):
    """A traceback that begins in the function, not in the loop."""
    while traceback is not None and traceback.tb_frame.f_globals.get("__name__", "").startswith("jurigged.loop"):
        traceback = traceback.tb_next
    return traceback


def _short(value):
    if isinstance(value, str):
        return repr(value if len(value) <= 15 else value[:12] + "...")
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    name = getattr(value, "__qualname__", None)
    return "<function %s>" % name if name and callable(value) else "<%s>" % type(value).__qualname__
