"""Telling what is wrong with a new text, and waiting for the next one instead of ending the loop."""

import os
import sys
import time
import traceback

#: The user wants to go on without the iteration that failed.
SKIP = "skip"
_SAVED = "saved"
# How often the file is looked at while nothing else can be done.
_TURN_SECONDS = 0.02
_HERE = os.path.dirname(os.path.abspath(__file__))


def tell(what, path, line, detail, now, help_, warning=False):
    """Writes a message in the shape that all of jurigged's have."""
    place = f"{path}:{line}" if line else path
    lines = [f"{'warning' if warning else 'error'}[reloading]: {what}", f"  --> {place}"]
    if detail:
        lines.append(f"   | {detail}")
    lines += [f"   = running now: {now}", f"   = help: {help_}"]
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def write_traceback(problem):
    """A traceback as Python writes it, without the frames that run the loop."""
    shown = problem.__traceback__
    while shown is not None and os.path.dirname(shown.tb_frame.f_code.co_filename) == _HERE:
        shown = shown.tb_next
    for line in traceback.format_exception(type(problem), problem, shown):
        sys.stderr.write(line)


class Waiting:
    """Waits until a file is saved."""

    def __init__(self, source):
        self._source = source

    def show(self, problem, path, line):
        """Shows an error of the new text: one in it, or one that it raised."""
        write_traceback(problem)
        skip = "; Return goes on with the next iteration" if _terminal() else ""
        tell(
            f"{type(problem).__name__} in what is read again",
            path,
            line,
            None,
            "nothing: the program waits",
            f"correct the file and save it, and this runs again{skip}",
        )

    def until_saved(self):
        """Blocks until the file is saved, or Return is pressed on a terminal."""
        while not self._source.changed():
            if _return_pressed(_TURN_SECONDS):
                return SKIP
        return _SAVED

    async def until_saved_async(self):
        """Like `until_saved`; where an asyncio loop runs, its other tasks go on."""
        sleep = _asyncio_sleep()
        if sleep is None:
            return self.until_saved()
        while not self._source.changed():
            if _return_pressed(0):
                return SKIP
            await sleep(_TURN_SECONDS)
        return _SAVED


def _asyncio_sleep():
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return None
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return None
    return asyncio.sleep


def _terminal():
    """Standard input, if somebody can press a key there. Input that is piped in belongs to the program."""
    try:
        return sys.stdin if sys.stdin is not None and sys.stdin.isatty() else None
    except ValueError:
        return None


def _return_pressed(seconds):
    terminal = _terminal()
    if terminal is None:
        time.sleep(seconds)
        return False
    import select

    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return False
    terminal.readline()
    return True
