try:
    import itertools as loops
    import operator as calculus
except ImportError:
    loops = None
    import string as letters
