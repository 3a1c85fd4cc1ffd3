import sys

KINDS = [1, 2]
if sys.version_info >= (3, 0):
    def kind():
        return 56


class Shelf:
    if sys.version_info >= (3, 0):
        def size(self):
            return 3
