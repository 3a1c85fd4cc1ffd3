"""``jurigged.reloading``: loops and functions that are read again while they run."""

from .api import reloading

__all__ = ["reloading"]
