import sys

DEBUG = False


def price(item, tax=2):
    total = item * tax
    total += 1
    return total


def weight(item, unit="kg"):
    total = str(item)
    total += unit
    return total


if DEBUG:
    class Trace:
        pass
else:
    class Quiet:
        def shout(self, words, mark="!"):
            loud = words.upper()
            loud += mark
            return loud

if sys.version_info > (3,):
    class Left:
        def swap(self, one, two=2):
            pair = (two, one)
            pair += (0,)
            return pair

    class Right:
        pass
