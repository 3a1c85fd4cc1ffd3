import json
import string as text
from math import pi, tau

gone, kept = 1, 2
also_gone = 3


def use():
    return kept
