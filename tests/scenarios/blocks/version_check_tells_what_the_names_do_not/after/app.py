import sys

from shapes import circle

if sys.version_info >= (3, 0):
    from shapes import circle as first, square as third

    second = circle
else:
    from shapes import square as first, circle as third
    from shapes import circle as second
