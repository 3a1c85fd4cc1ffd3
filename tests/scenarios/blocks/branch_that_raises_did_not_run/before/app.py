import os


def is_old(path):
    return "old" in path


try:
    import string
except ImportError:
    pass
else:
    if is_old(string.__name__):
        raise ImportError("an old one")

try:
    sep = os.sep
except AttributeError:
    raise RuntimeError("no separator")
