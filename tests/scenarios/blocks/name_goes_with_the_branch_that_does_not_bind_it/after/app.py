import sys

DEBUG = False


if DEBUG:
    def trace():
        return "debug"
else:
    limit = 20

if not DEBUG:
    pass
else:
    def poll():
        return "polled"

depth = 5
if DEBUG:
    retries = 30
if sys.version_info > (3,):
    size = 40


class Box:
    if DEBUG:
        lid = "top"

        def close(self):
            return "closed"
    else:
        def open(self):
            return "open"
