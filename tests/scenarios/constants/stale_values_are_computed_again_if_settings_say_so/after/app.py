import re

import settings
from settings import PATTERN, RATE, SIZES, missing

calls = []


def registering(function):
    return function


@registering
def handle():
    return "handled anew"


def counted(value):
    calls.append(value)
    return value


regex = re.compile(PATTERN)
biggest = max(SIZES)
table = {size: counted(size) * RATE for size in sorted(SIZES)}
doubled = [2 * size for size in table]
dotted = counted(settings.RATE) + 1
changed_by_hand = max(SIZES)
changed_by_hand = 100
kept = missing
kept_by_hand = missing
counted("a call that is no assignment", ) if SIZES else None
registry = {"handle": handle}
pairs = {"handle": (handle, 1)}
handlers = {"rate": missing, "use": handle}
functions = [lambda: RATE, counted(RATE)]


class Shelf:
    sizes = sorted(SIZES)
    first = missing

    def find(self, text, regex=regex, *, size=biggest + len(SIZES), gone=missing):
        return regex.match(text) is not None, size, gone.name

    def use(self):
        self.first = None


def area(size=counted(settings.RATE * 10), most=RATE):
    return size, most
