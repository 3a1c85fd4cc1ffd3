import sys


def is_reliable(name):
    return name == "string"


made = []

try:
    import string
    from string import (
        ascii_lowercase,
        digits,
    )

    ALL = ascii_lowercase
    IS_TEXT = True

    if IS_TEXT and not is_reliable(string.__name__):
        IS_TEXT = False

    for name in ("digits", "punctuation"):
        made.append(getattr(string, name)[0])

    from string import octdigits
except ImportError:
    ALL = "abc"
    ascii_lowercase = "abc"
