from lib import used
from other import *

own = 1
shared = "own"


def names():
    return sorted(name for name in globals() if not name.startswith("_"))
