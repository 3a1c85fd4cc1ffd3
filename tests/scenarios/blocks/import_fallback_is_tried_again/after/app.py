import collections

try:
    import marshal as json
    HAVE_FAST = True
except ImportError:
    import json
    HAVE_FAST = False

try:
    from another_missing_module import read
except ImportError:
    def read():
        return "new fallback"

try:
    import no_such_text as text
except ImportError:
    text = None
    HAVE_TEXT = False
else:
    HAVE_TEXT = True

state = []
try:
    from collections import OrderedDict as Ordered
    from collections import deque
    state = ["kept"]
except ImportError:
    Ordered = dict
