"""Files that a session of jurigged keeps live: it applies what is saved, and functions need not be made anew here."""

import json
import os


class Refused(Exception):
    """The session has not applied what is saved, and has said why."""


def is_kept_live(path):
    """Does a session patch the functions of this file?"""
    from jurigged import _native

    try:
        return os.path.abspath(path) in _native.files()
    except (RuntimeError, AttributeError):
        # No session, or one that is just busy with a save that calls this very function.
        return False


def bring_up_to_date(path):
    """What is saved of a file is live when this returns. Raises :exc:`Refused` as long as it does not even parse."""
    from jurigged import _native

    try:
        report = json.loads(_native.refresh(None, path))
    except RuntimeError:
        return
    for found in report["diagnostics"]:
        if found["severity"] == "error" and found["code"] == "syntax":
            raise Refused(found["message"])
