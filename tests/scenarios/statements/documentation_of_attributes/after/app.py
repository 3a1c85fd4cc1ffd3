"""Rates."""

rate = 2
"""Per day."""

limit = 5
"""At most."""


class Shop:
    """Sells things."""

    name = "shop"
    """What it is called by all."""

    size = 1
    """In square feet."""
