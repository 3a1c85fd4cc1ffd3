"""What the prompt and the develoop hear of the session."""

import contextlib


def subscribe(listener):
    """Calls ``listener(report)`` after every batch that has changed or failed something, in the session's thread.

    Gives the number of the subscription; ``None`` where there is no session.
    """
    import json

    from . import _native

    def heard(text):
        report = json.loads(text)
        report["events"] = [event for event in report["events"] if event["kind"] != "watch"]
        if report["events"] or report["diagnostics"]:
            listener(report)

    try:
        return _native.subscribe(heard)
    except RuntimeError:
        return None


@contextlib.contextmanager
def watching(listener):
    """As :func:`subscribe`, for a while."""
    from . import _native

    number = subscribe(listener)
    try:
        yield
    finally:
        if number is not None:
            _native.unsubscribe(number)
