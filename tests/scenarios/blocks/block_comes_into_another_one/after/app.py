import sys

KINDS = [1, 2]
if len(KINDS) == 2:
    if sys.version_info >= (3, 0):
        def kind():
            return 57


class Shelf:
    if len(KINDS) == 2:
        if sys.version_info >= (3, 0):
            def size(self):
                return 3
