"""Lets the test kit look into a program: reads one command a line from stdin, answers with one marked line on stdout.

Written into a folder that is not watched. A program under test either is imported by this script, or is the script
itself and calls `serve()`, or `step()` once in each turn of its own loop.

An answer is the mark and `ready`, or what was printed and the traceback of what was raised, in hexadecimal. It
imports no `json` and no `traceback`: on the embedded interpreter they take longer than a whole scenario.
"""
import io
import os
import sys

_MARK = "\x1e"
_state = {}


def _reply(*parts):
    sys.stdout.flush()
    os.write(1, (_MARK + " ".join(parts) + "\n").encode())


def _hex(text):
    return text.encode(errors="backslashreplace").hex() or "-"


def _captured(work):
    """What `work` prints; or the traceback that it ends in."""
    shown, sys.stdout = sys.stdout, io.StringIO()
    try:
        work()
        return "out", _hex(sys.stdout.getvalue())
    except BaseException:
        import traceback

        return "raised", _hex(sys.stdout.getvalue()), _hex(traceback.format_exc())
    finally:
        sys.stdout = shown


def _start(app):
    path = os.environ["JURIGGED_TEST_PROBE"]
    with open(path, encoding="utf-8") as file:
        code = compile(file.read(), path, "exec")
    probe = {"__name__": "probe", "__file__": path}
    exec(code, probe)
    hold = probe.get("hold", lambda app: None)
    _state.update(app=app, probe=probe["probe"], held=hold(app))
    _reply("ready")


def step(app=None):
    """Serves one command; False when the program shall end."""
    if not _state:
        _start(sys.modules["__main__"] if app is None else app)
    command = sys.stdin.readline().strip()
    app, held = _state["app"], _state["held"]
    if command == "probe":
        _reply(*_captured(lambda: _state["probe"](app, held)))
    elif command.startswith("run "):
        source = bytes.fromhex(command[4:]).decode()
        _reply(*_captured(lambda: exec(source, {"app": app, "held": held})))
    elif command != "next":
        return False
    return True


def serve(app=None):
    """Serves commands until the program shall end."""
    while step(app):
        pass


if __name__ == "__main__":
    # The program may import this module by its name too; both must share one state.
    sys.modules["scenario_driver"] = sys.modules["__main__"]
    sys.path.insert(0, os.getcwd())
    import app

    serve(app)
