state = []

try:
    import string

    state.append(string.digits)
except (ImportError, ValueError):
    string = None

try:
    import json as fast
except ImportError:
    fast = None


def size():
    return len(state)
