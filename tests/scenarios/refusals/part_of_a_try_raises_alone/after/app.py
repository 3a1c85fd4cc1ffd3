state = []

try:
    other = "other"
    import string
    import no_such_module

    state.append(string.digits)
except (ImportError, ValueError):
    string = None
    other = "none"

try:
    import json as fast
except ImportError:
    HAS_FAST = False
else:
    HAS_FAST = bool(state)


def size():
    return len(state) + 10
