import sys

DEBUG = False


def trace():
    return "always"


limit = 10
retries = 3
size, depth = 4, 5

for turn in range(1):
    def poll():
        return "polled"

if DEBUG:
    retries = 30
if sys.version_info > (3,):
    size = 40


class Box:
    lid = "top"

    def open(self):
        return "open"

    try:
        def close(self):
            return "closed"
    finally:
        pass
