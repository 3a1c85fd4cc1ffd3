import sys

DEBUG = False


def shout(self, words, mark="!"):
    loud = words.upper()
    loud += mark
    return loud


if DEBUG:
    class Trace:
        def price(item, tax=2):
            total = item * tax
            total += 1
            return total
else:
    class Quiet:
        def weight(item, unit="kg"):
            total = str(item)
            total += unit
            return total

if sys.version_info > (3,):
    class Left:
        pass

    class Right:
        def swap(self, one, two=2):
            pair = (two, one)
            pair += (0,)
            return pair
