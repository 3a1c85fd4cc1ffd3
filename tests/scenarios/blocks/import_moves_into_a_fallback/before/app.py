import operator as calculus
import string as letters

try:
    import itertools as loops
except ImportError:
    loops = None
