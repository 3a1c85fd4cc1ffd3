import re
import sys

calls = []


def note(what):
    calls.append(what)
    return what


try:
    import no_such_compressor as fast
except (AttributeError, ImportError, ValueError):
    HAS_FAST = False
else:
    version = tuple(map(int, re.search("([0-9]+)", fast.__version__).groups()))
    if version < (0, 18):
        HAS_FAST = False
    else:
        HAS_FAST = note("fast")

ENCODINGS = "plain"
try:
    if sys.version_info >= (3, 0):
        from no_such_package import archive as _unused
    else:
        from no_other_package import archive as _unused

    ENCODINGS += ",archive"
except ImportError:
    try:
        import no_such_archive as _unused

        ENCODINGS += ",old archive"
    except ImportError:
        pass

if HAS_FAST:

    class Fast:
        kind = "fast"


class Response:
    DECODERS = ["plain"]
    if HAS_FAST:
        DECODERS += ["fast"]

    def decoders(self):
        return self.DECODERS, HAS_FAST
