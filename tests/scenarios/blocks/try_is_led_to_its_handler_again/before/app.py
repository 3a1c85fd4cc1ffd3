import re

calls = []


def note(what):
    calls.append(what)
    return what


try:
    import no_such_compressor as fast

    version = tuple(map(int, re.search("([0-9]+)", fast.__version__).groups()))
    if version < (0, 18):
        fast = None
except (AttributeError, ImportError, ValueError):
    fast = None

ENCODINGS = "plain"
try:
    import no_such_archive as _unused
except ImportError:
    note("no archive")
else:
    ENCODINGS += ",archive"

if fast is not None:

    class Fast:
        kind = "fast"


class Response:
    DECODERS = ["plain"]
    if fast is not None:
        DECODERS += ["fast"]

    def decoders(self):
        return self.DECODERS, fast is not None
