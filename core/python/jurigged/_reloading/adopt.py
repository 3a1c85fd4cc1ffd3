"""Where code gets prepared: as soon as a module's text is compiled, or while the module that imports us is running."""

import sys

from .module_loop import remember_text, text_of
from .prepare import prepared_constants, with_constants

_NAME = "reloading"


def prepare_code(code, source):
    """The code of a module, or of a part of one, that was compiled from `source`, with its loops prepared."""
    try:
        version, replacements = prepared_constants(code, source)
    except (SyntaxError, ValueError):
        # It compiled, so it is no whole file; nothing in it runs as one.
        return code
    if replacements:
        code = with_constants(code, replacements)
    if version.loops:
        remember_text(code, version)
    return code


def prepare_importers(native):
    """Prepares the functions that the modules which are being run, and so may be asking for us, have yet to make.

    Their bodies run already, so their code objects stay, and what is in them is replaced.
    """
    replace_constant = getattr(native, "replace_constant", None)
    if replace_constant is None:
        # The embedded Python, on which `reloading` says what it needs.
        return
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and text_of(code) is None and _mentions(code):
            _prepare_running(code, replace_constant)
        frame = frame.f_back


def _mentions(code):
    """Does code, or what is nested in it, use the name?"""
    return _NAME in code.co_names or any(
        _mentions(constant) for constant in code.co_consts if isinstance(constant, type(code))
    )


def _prepare_running(code, replace_constant):
    try:
        with open(code.co_filename, "rb") as file:
            version, replacements = prepared_constants(code, file.read())
        for index, new in replacements:
            replace_constant(code, index, new)
    except (OSError, SyntaxError, ValueError, RuntimeError):
        # A program that was not read from a file, or a Python that cannot: its loops say so when they run.
        return
    remember_text(code, version)
