"""Rates."""

rate = 1
"""Per hour."""


class Shop:
    """Sells."""

    name = "shop"
    """What it is called."""

    size = 1
    """In square metres."""
