"""The version of jurigged."""

from . import __version__ as version

__all__ = ["version"]
