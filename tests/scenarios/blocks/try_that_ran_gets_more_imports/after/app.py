import sys


def is_reliable(name, version):
    return name.startswith("str") or version < (3,)


made = []

try:
    import string
    from string import (
        ascii_lowercase,
        ascii_uppercase,
        digits,
    )

    ALL = ascii_lowercase
    IS_TEXT = True
    MISSING = getattr(string, "no_such_name", 12)

    if IS_TEXT and not is_reliable(
        string.__name__,
        sys.version_info,
    ):
        IS_TEXT = False

    for name in ("digits", "punctuation"):
        made.append(getattr(string, name)[0])

    from string import octdigits as octal

    def shout(text):
        return text.upper()

    shouted = shout(octal)
except ImportError:
    ALL = "abc"
    ascii_lowercase = "abc"
    ascii_uppercase = "ABC"
    MISSING = 0
