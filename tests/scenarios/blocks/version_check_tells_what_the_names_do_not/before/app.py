import sys

from shapes import circle

if sys.version_info >= (3, 0):
    from shapes import circle as first

    second = circle
else:
    from shapes import square as first
    from shapes import circle as second
