import sys

NAMES = ["a", "c"]
if len(NAMES) > 1:
    for _ in range(1):
        def first():
            return 1

    for _ in range(1):
        pass
