import collections

try:
    import no_such_json as json
    HAVE_FAST = True
except ImportError:
    import json
    HAVE_FAST = False

try:
    from no_such_module import read
except ImportError:
    def read():
        return "old fallback"

try:
    import string as text
except ImportError:
    text = None
else:
    HAVE_TEXT = True

state = []
try:
    from collections import OrderedDict as Ordered
    state = ["kept"]
except ImportError:
    Ordered = dict
