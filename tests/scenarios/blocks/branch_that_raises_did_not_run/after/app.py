import os


def is_old(path):
    return "ancient" in path


try:
    import string
except ImportError:
    pass
else:
    if is_old(string.__name__ + " is not ancient"):
        note = "an ancient one"
    elif is_old(string.__name__):
        raise ImportError("an ancient one")

try:
    sep = os.sep
    end = os.linesep.replace("\r", "")
except AttributeError:
    raise RuntimeError("no separator, no line")
