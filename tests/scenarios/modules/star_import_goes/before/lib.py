import bisect
from helper import help_with

used = 1
unused = 2
shared = 3
both = help_with()
