"""What the prompt and the develoop hear of the session."""

import contextlib


def subscribe(listener):
    """Calls ``listener(report)`` after every batch and for every file that is watched from now on.

    In the session's thread. Gives the number of the subscription; ``None`` where there is no session.
    """
    import json

    from . import _native

    try:
        return _native.subscribe(lambda text: listener(json.loads(text)))
    except RuntimeError:
        return None


def refresh_if_manual():
    """Applies what was saved, where that is left to the program (``[sync] mode = "manual"``)."""
    from . import _native

    with contextlib.suppress(RuntimeError):
        if _native.mode() == "manual":
            _native.refresh()


@contextlib.contextmanager
def watching(listener):
    """Calls ``listener(report)`` after every batch that has changed or failed something, for a while."""
    from . import _native

    def heard(report):
        report["events"] = [event for event in report["events"] if event["kind"] != "watch"]
        if report["events"] or report["diagnostics"]:
            listener(report)

    number = subscribe(heard)
    try:
        yield
    finally:
        if number is not None:
            _native.unsubscribe(number)
