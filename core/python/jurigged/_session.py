"""What the objects of the 0.6 API ask the session of this process.

The session tells of every batch on the thread that applies it, and cannot answer there. A thread of its own therefore
takes the files over, asks for the text that runs now, and calls whoever wants to know.
"""

import json
import linecache
import threading
import weakref

from ._source import _LINES, plain

_lock = threading.Lock()
#: Called with a file and the report of a batch that it was part of.
_listeners = weakref.WeakSet()
#: Files that `apply` is at work on: what comes of them is told there.
_applying = set()
_reports = None


def native():
    """The native half of the package."""
    from . import _native

    return _native


def is_running():
    """Does a session run in this process?"""
    try:
        native().mode()
    except RuntimeError:
        return False
    return True


def ensure():
    """Starts a session that watches nothing, unless one runs."""
    if not is_running():
        native().attach(native().__file__)
    listen()


def listen():
    """From now on whoever follows a file is told what becomes of it. Needs a session."""
    global _reports
    with _lock:
        if _reports is not None:
            return
        import queue

        _reports = queue.SimpleQueue()
    threading.Thread(target=_relay, name="jurigged events", daemon=True).start()
    native().subscribe(_take)


def _take(text):
    if _listeners:
        _reports.put((text, frozenset(_applying)))


def _relay():
    while True:
        text, applying = _reports.get()
        report = json.loads(text)
        events = report["events"]
        if events and all(event["kind"] == "watch" for event in events):
            continue
        for file in report["files"]:
            problems = [] if file in applying else problems_of(report, file)
            for listener in tuple(_listeners):
                listener.batch_applied(file, problems)


def before(callback):
    """Calls `callback(file)` before a save is applied, on the thread that applies it; the number is for `unsubscribe`."""

    def begin(text):
        for file in json.loads(text)["files"]:
            if file not in _applying:
                callback(file)

    return native().subscribe(begin, before=True)


def follow(listener):
    """Calls `listener.batch_applied(file, problems)` after each batch."""
    _listeners.add(listener)
    if is_running():
        listen()


def running_text(filename):
    """The text that runs of a file; `None` where no session knows."""
    try:
        return native().running_text(filename)
    except RuntimeError:
        return None


def apply(codefile, text):
    """Makes a text run; returns what is not live of it, as exceptions."""
    ensure()
    filename = codefile.filename
    if native().running_text(filename) is None:
        native().register(codefile.module_name, filename, codefile.text)
    return _asked(filename, lambda: native().apply(filename, text))


def take_save(filename):
    """Has the session look at a file now, where it knows it; returns what is not live of it.

    Otherwise it would do so when the system tells of the save, which may be after the program went on and patched what
    was saved: the save would take that back.
    """
    if running_text(filename) is None:
        return []
    return _asked(filename, lambda: native().refresh(None, filename))


def _asked(filename, ask):
    _applying.add(filename)
    try:
        return problems_of(json.loads(ask()), filename)
    finally:
        _applying.discard(filename)


def problems_of(report, filename):
    """What of a batch is not live, as exceptions; other files of the batch are named by their own reports."""
    from .codetools import ReloadError

    problems = []
    for found in report["diagnostics"]:
        place = found.get("place")
        if found["severity"] != "error" or (place and place["path"] != filename and len(report["files"]) > 1):
            continue
        problems.append(syntax_error(filename) if found["code"] == "syntax" else None)
        problems[-1] = problems[-1] or ReloadError(_text(found))
    return problems


def syntax_error(filename):
    """The error of Python in a file, if there is one."""
    from ._source import Source, read

    try:
        Source(read(filename)[1], filename)
    except SyntaxError as error:
        return error
    except (OSError, ValueError):
        pass
    return None


def _text(found):
    place = found.get("place") or {}
    lines = [found["message"]]
    if place:
        lines.append(f"  --> {place['path']}" + (f":{place['line']}" if place.get("line") else ""))
    lines += [f"   | {line}" for line in found.get("details") or ()]
    lines += [f"   = running now: {found['running_now']}"] if found.get("running_now") else []
    lines += [f"   = help: {found['help']}"] if found.get("help") else []
    return "\n".join(lines)


def show_lines(filename, text):
    """Lets tracebacks and :mod:`inspect` see a text for a file that has another on disk; `None` ends that."""
    if text is None:
        linecache.cache.pop(filename, None)
    else:
        # Without a modification time `linecache.checkcache` leaves it alone.
        linecache.cache[filename] = (len(text), None, _LINES.findall(plain(text)), filename)
